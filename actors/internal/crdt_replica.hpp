#pragma once

#include "actors/answer_budget.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/log.hpp"
#include "actors/request_limits.hpp"
#include "crdt/replica_options.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

// The actor around one crdt::replica: it carries the replica's frames to other replicas, and gives it the time.
//
//     user                      crdt_replica                 another crdt_replica
//       | -- neighbours -----------> | -- sync_frame ----------------> |  opens a link back
//       |                            | <---------------- sync_frame -- |
//       | -- put ------------------> | -- sync_frame ----------------> |
//       | <-- receipt -------------- | <---------------- sync_frame -- |  once the write concern is met
//       | -- get, erase -----------> |                                 |
//       | <-- entry ---------------- |  at once, or when the key arrives
//       | -- watch ----------------> |                                 |
//       | <-- handoff_events ------- |                                 |
//       | -- drain ----------------> |                                 |
//       | <-- drain_report --------- |  once all have acknowledged, or the time is up
//
// A link to another replica opens when that is made a neighbour, or when a frame of it comes in; both replicas tell
// each other by the sender of their frames. What was a neighbour, and is one no longer, may still send its changes
// here. A link closes when the other actor ends or its node is lost, and when either side refuses what the other sends;
// in that case the reason is logged, and the link is tried again later.

namespace ariadne {

struct replica_journal;

struct crdt_replica_options {
  /// `core.id` must be drawn at random for this one actor.
  crdt::replica_options core;
  /// The nodes of which `majority` and `all` are counted, this one among them if it is one; if there are none, all
  /// nodes that this one knows.
  std::vector<std::string> counted_nodes;
  /// It has not caught up before `expected_atom` has come: see state_handoff_options.
  bool awaits_nodes = false;
  /// The other nodes of the cluster file: until all of them have been met, state that the journal has kept may be old.
  std::vector<std::string> listed_nodes = {};
  /// What the replica begins with, and keeps its journal in; none, if null.
  std::shared_ptr<const replica_journal> journal;
  request_limits requests;
  /// How often the replica looks after what waits for time to pass.
  std::chrono::milliseconds tick_interval{100};
  /// How long a link rests after a refusal.
  std::chrono::milliseconds retry_refused_after{10'000};
  /// What waits for clients is counted here.
  std::shared_ptr<answer_budget> answers = answer_budget::of_process();
  log_sink log = log_nothing;
};

/// A replica of a map, empty until it has neighbours that hold something. It runs until it is told to exit.
crdt_replica_actor spawn_crdt_replica(caf::actor_system& system, crdt_replica_options options);

} // namespace ariadne
