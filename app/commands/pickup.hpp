#pragma once

#include "actors/handoff_messages.hpp"
#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne pickup`: writes the state under a key to stdout, and leaves it there.
struct pickup_command : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string key;
  /// How long to wait for the key.
  wait_options wait;

protected:
  /// Adds a command with the options above.
  CLI::App* declare_read(CLI::App& parent, const char* name, const char* description);
  /// Prints the state, or says why there is none.
  fallible<exit_code> print(const pickup_result& result) const;
};

} // namespace ariadne
