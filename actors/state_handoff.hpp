#pragma once

#include "actors/answer_budget.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/log.hpp"
#include "actors/request_limits.hpp"
#include "actors/service_keeper.hpp"
#include "crdt/replica_options.hpp"
#include "membership/topology.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>
#include <vector>

// The actor that keeps the state of sessions, and hands it over from node to node.
//
//     session              state_handoff                crdt_replica             crdt_replicas of other nodes
//       | -- stash ------------> | -- put -----------------> | -- sync_frame --------> |
//       | <-- receipt -------------------------------------- | <-- sync_frame -------- |
//       | -- pickup -----------> | -- pickup --------------> |                         |
//       | <-- found, absent or pending --------------------- |                         |
//     watcher                    |                           |                         |
//       | -- watch ------------> | -- watch ---------------> |                         |
//       | <-- node up, down, left|                           |                         |
//       | <-- changed keys, caught up ---------------------- |                         |
//     cluster_membership         |                           |                         |
//       | -- node up, down, left | -- neighbours ----------> | -- sync_frame --------> |
//     whoever stops the node     |                           |                         |
//       | -- drain ------------> | -- drain --> services, participants                 |
//       |                        | -- drain ---------------> | -- sync_frame --------> |
//       | <-- drain_report ----- | <-- drain_report -------- | <-- sync_frame -------- |
//
// Requests about keys are delegated: so the replica sees who asks, and drops what waits when that one ends.
//
// It spawns its crdt_replica, and is linked to it: if one dies, so does the other. Whoever supervises the pair starts a
// new one, which is a new incarnation and gets everything back from the other nodes. A request that is under way when
// the pair dies may stay without an answer: use a timeout.
//
// Its well-known name in the actor registry is `handoff_atom`. The supervisor registers it there, at every start.

namespace ariadne {

struct replica_journal;

struct state_handoff_options {
  std::string cluster = {};
  std::string node = {};
  crdt::replica_limits limits = {};
  /// The other nodes of the cluster file: they may hold state that this node lacks, so until it has caught up with
  /// each, `pickup` answers `pending` instead of `absent`. The write concerns `majority` and `all` count them and this
  /// node, unless `is_listed` says that the list is not about this node, or the list is empty.
  std::vector<std::string> expected_nodes = {};
  /// Whether the cluster file lists this node, too.
  bool is_listed = true;
  /// Further nodes are expected, whose names are not known: what is not here may be with them, until `expected_atom`
  /// has come.
  bool awaits_nodes = false;
  membership::topology replication = {};
  /// What waits for clients is counted here.
  std::shared_ptr<answer_budget> answers = answer_budget::of_process();
  request_limits requests = {};
  /// Takes part in the drain, for the services that it keeps. The supervisor sets it.
  service_keeper_actor services = {};
  /// What the pair begins with, and keeps its journal in; none, if null. The supervisor sets it, anew for each pair.
  std::shared_ptr<const replica_journal> journal = {};
  log_sink log = log_nothing;
};

/// Starts the pair of handoff actor and replica. It runs until it is told to exit.
state_handoff_actor spawn_state_handoff(caf::actor_system& system, state_handoff_options options);

} // namespace ariadne
