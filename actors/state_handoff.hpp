#pragma once

#include "actors/log.hpp"
#include "actors/protocol.hpp"
#include "crdt/replica_options.hpp"

#include <caf/actor_system.hpp>

#include <string>
#include <vector>

// The actor that keeps the state of sessions, and hands it over from node to node.
//
//     session              state_handoff                crdt_replica             crdt_replicas of other nodes
//       | -- stash ------------> | -- put -----------------> | -- sync_frame --------> |
//       | <-- receipt ---------- | <-- event --------------- |                         |
//       | -- pickup -----------> | -- get -----------------> |                         |
//       | <-- found, absent ---- | <-- entry --------------- |                         |
//       |     or pending         |                           |                         |
//     cluster_membership         |                           |                         |
//       | -- node up, down, left | -- neighbours ----------> | -- sync_frame --------> |
//
// It spawns its crdt_replica, and is linked to it: if one dies, so does the other. Whoever supervises the pair starts a
// new one, which is a new incarnation and gets everything back from the other nodes. A request that is under way when
// the pair dies may stay without an answer: use a timeout.
//
// Its well-known name in the actor registry is `handoff_atom`. The supervisor registers it there, at every start.

namespace ariadne {

struct state_handoff_options {
  std::string cluster;
  std::string node;
  crdt::replica_limits limits;
  /// Nodes that may hold state that this node lacks. Until each has been reported up, down or left for the first time,
  /// `pickup` answers `pending` instead of `absent`.
  std::vector<std::string> expected_nodes;
  log_sink log = log_nothing;
};

/// Starts the pair of handoff actor and replica. It runs until it is told to exit.
state_handoff_actor spawn_state_handoff(caf::actor_system& system, state_handoff_options options);

} // namespace ariadne
