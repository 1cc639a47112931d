#pragma once

#include "app/client/contact_points.hpp"
#include "app/client/node_connection.hpp"
#include "app/output/exit_code.hpp"
#include "app/output/failure.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <functional>

namespace ariadne {

/// What a command asks of a node.
struct node_request {
  /// What it does at a node that it is connected to.
  std::function<fallible<exit_code>(caf::actor_system&, node_connection&)> visit = {};
  /// It is made for what it writes to stdout. What others write is a receipt.
  bool is_answer_wanted = false;
  /// It changes nothing before a node has answered.
  bool is_read = false;
  /// Nodes that can run no sessions are asked last.
  bool is_about_session = false;
  /// What may be the case although the answer was lost.
  const char* in_doubt = "it may have been done all the same";
};

/// Makes the request of the nodes in turn: of the next one, if it is certain that the former has done nothing, and for
/// one that only reads, also if contact to it was lost. Once a node has begun to answer, no other one is asked. All
/// together takes no longer than the timeout. Precondition: there is a node.
fallible<exit_code> carry_out(const node_request& request, const contact_points& points,
                              std::chrono::milliseconds timeout);

} // namespace ariadne
