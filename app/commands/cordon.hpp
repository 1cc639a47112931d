#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne session cordon`: has a node take over no sessions, until it is uncordoned or restarts; `ariadne session
/// uncordon`: has it take over sessions again.
struct cordon_command final : client_command {
  explicit cordon_command(bool takes_none) : is_cordoned(takes_none) {}

  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string cordoned_node;
  /// From then on.
  const bool is_cordoned;
};

} // namespace ariadne
