#pragma once

#include "actors/endpoint.hpp"
#include "app/commands/command_line.hpp"
#include "app/output/exit_code.hpp"
#include "app/output/failure.hpp"

#include <caf/actor_system.hpp>

#include <vector>

namespace ariadne {

/// `ariadne watch`: shows what happens by way of one of the nodes, until that cannot be shown, or no node can tell it
/// any more. When contact to the node is lost, it goes on by way of another one, or of the same one when that is back,
/// and says so on stderr; what has changed meanwhile is shown as it stands by then (`watch_picture`). Of one node
/// alone, it ends with the contact to it. Precondition: there is a node.
fallible<exit_code> watch(caf::actor_system& system, const client_command& command, const std::vector<endpoint>& nodes);

} // namespace ariadne
