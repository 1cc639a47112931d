#pragma once

#include "app/commands/client_command.hpp"

#include <string>

namespace ariadne {

/// `ariadne drain`: has a node move its sessions to others, and take over none until it restarts; its process stays.
struct drain_command final : client_command {
  drain_command();
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string drained_node;
};

} // namespace ariadne
