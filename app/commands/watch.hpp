#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne watch`: shows what happens to keys and nodes by way of one of the nodes, until that cannot be shown, or no
/// node can tell it any more. When contact to the node is lost, it goes on by way of another one, or of the same one
/// when that is back, and says so on stderr; what has changed meanwhile is shown as it stands by then
/// (`watch_picture`). Of one node alone, it ends with the contact to it.
struct watch_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  /// Of keys.
  std::string prefix;
};

} // namespace ariadne
