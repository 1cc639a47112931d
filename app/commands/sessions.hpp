#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne sessions`: lists the sessions and where they run.
struct sessions_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  /// Of KIND/ID.
  std::string prefix;
};

} // namespace ariadne
