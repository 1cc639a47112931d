#pragma once

// What a node reports of itself.

#include "actors/type_ids.hpp"
#include "crdt/replica_counters.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::crdt {

template <class Inspector>
auto inspect(Inspector& f, replica_counters& x) {
  return inspect_fields(f, "replica_counters", x.puts, x.erases, x.frames_sent, x.frames_received, x.bytes_sent,
                        x.bytes_received, x.registers_sent, x.registers_received, x.full_states_sent, x.refusals,
                        x.divergences);
}

} // namespace ariadne::crdt

namespace ariadne {

/// How replication with another replica stands.
struct replication_status {
  /// Empty until it has said its name.
  std::string node;
  std::uint64_t replica = 0;
  /// Changes are sent straight to it.
  bool is_neighbour = false;
  /// All that it held when the connection came up has arrived here.
  bool caught_up = false;
  /// Events known here that it has not acknowledged, and the most that their keys and values can amount to.
  std::uint64_t lag_events = 0;
  std::uint64_t lag_bytes_max = 0;
  /// Sent, and not yet acknowledged.
  std::uint64_t in_flight_bytes = 0;
  /// How long ago it last sent a frame, in milliseconds.
  std::uint64_t last_frame_ms = 0;
  /// Keys of it that are refused here, keys of this node that it refuses, and why, in one sentence without a final
  /// stop.
  std::uint64_t refused_here = 0;
  std::uint64_t refused_there = 0;
  std::string refusal;
  /// How far the time that it goes by is ahead of the one of this node, in milliseconds, as far as is known.
  std::int64_t clock_ahead_ms = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, replication_status& x) {
    return inspect_fields(f, "replication_status", x.node, x.replica, x.is_neighbour, x.caught_up, x.lag_events,
                          x.lag_bytes_max, x.in_flight_bytes, x.last_frame_ms, x.refused_here, x.refused_there,
                          x.refusal, x.clock_ahead_ms);
  }
};

/// What a replica reports of itself.
struct replica_status {
  std::uint64_t replica = 0;
  bool caught_up = false;
  /// Of all that it holds; each session that is known has a record, which counts as one, too.
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  /// Neighbours that changes are sent to.
  std::uint64_t neighbours = 0;
  /// Writes that wait for their concern to be met, and reads that wait for their key.
  std::uint64_t waiting_writes = 0;
  std::uint64_t waiting_reads = 0;
  replica_counters counters;
  std::vector<replication_status> links;
  /// Why the wall clock of this node is not believed, in one sentence without a final stop; empty if it is. How far it
  /// is ahead of the time that this node goes by, in milliseconds.
  std::string clock_doubt;
  std::int64_t wall_ahead_ms = 0;
  /// Why this node hosts no sessions: it does not agree with most of the others. Empty if it does.
  std::string out_of_service;

  template <class Inspector>
  friend auto inspect(Inspector& f, replica_status& x) {
    return inspect_fields(f, "replica_status", x.replica, x.caught_up, x.keys, x.bytes, x.neighbours, x.waiting_writes,
                          x.waiting_reads, x.counters, x.links, x.clock_doubt, x.wall_ahead_ms, x.out_of_service);
  }
};

/// What a handoff actor reports of itself. Of the members, ask the membership actor.
struct node_status {
  std::string node;
  std::string cluster;
  replica_status replica;

  template <class Inspector>
  friend auto inspect(Inspector& f, node_status& x) {
    return inspect_fields(f, "node_status", x.node, x.cluster, x.replica);
  }
};

} // namespace ariadne
