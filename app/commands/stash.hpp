#pragma once

#include "actors/write_options.hpp"
#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne stash`: keeps a value under a key.
struct stash_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string key;
  /// The file that holds the value; "-" is the standard input.
  std::string value_file = "-";
  /// How many nodes have to hold the value, and for how long it is kept.
  write_options write;
};

} // namespace ariadne
