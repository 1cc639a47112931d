#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne forget`: has all nodes forget one that is down, will not return, and is not in the cluster file.
struct forget_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string forgotten_node;
};

} // namespace ariadne
