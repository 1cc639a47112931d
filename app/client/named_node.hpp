#pragma once

#include "app/client/node_connection.hpp"
#include "app/output/exit_code.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <string>

namespace ariadne {

/// Asks the node of this name, where the client's node says that it is reached, within the time that the client has
/// left. An error, if that one does not know the node as up.
fallible<exit_code> visit_named(caf::actor_system& system, node_connection& client, const std::string& node,
                                const std::function<fallible<exit_code>(node_connection&)>& visit);

} // namespace ariadne
