#pragma once

#include "actors/endpoint.hpp"
#include "app/client/node_connection.hpp"
#include "app/output/exit_code.hpp"
#include "app/output/failure.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <functional>
#include <vector>

namespace ariadne {

/// What a command does at a node that it is connected to.
using node_visit = std::function<fallible<exit_code>(node_connection&)>;

/// Visits the nodes in turn until one visit succeeds, or fails in a way that `may_go_on` does not pass; a node that
/// cannot be connected to is passed to `may_go_on`, too. All together takes no longer than the timeout, of which one
/// that does not answer leaves the others their share. The error says of each node what was wrong.
/// Precondition: there is a node.
fallible<exit_code> visit_in_turn(caf::actor_system& system, const std::vector<endpoint>& nodes,
                                  std::chrono::milliseconds timeout, const node_visit& visit,
                                  const std::function<bool(const node_connection&, const failure&)>& may_go_on);

} // namespace ariadne
