#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne status`: shows a node, its replica, the members that it knows, and the sessions of each.
struct status_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;
};

} // namespace ariadne
