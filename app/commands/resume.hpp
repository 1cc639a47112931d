#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne session resume`: has a node start the sessions of its journal although it has met too few of the others.
struct resume_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string resumed_node;
  /// The command says what it comes to; there is no other way to resume.
  bool is_anyway = false;
};

} // namespace ariadne
