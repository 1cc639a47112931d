#pragma once

#include "session/lease_book.hpp"
#include "session/message_piece.hpp"
#include "session/session_record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace ariadne::session {

/// What a node does with its sessions while it sees less than a majority of the configured nodes.
enum class minority_policy {
  /// They go on, and may be started in other parts of the network as well; when these meet, one of each is left.
  run,
  /// They stop, and go on where a majority is. No session ever runs on two nodes (see lease_book).
  pause,
};

struct kind_options {
  /// The newest version of its states that this program knows.
  std::uint32_t schema_version = 1;
  /// The application makes one state of two, see resolve_conflict. Else the winner's stays.
  bool resolves = false;
};

struct session_host_options {
  /// With an incarnation that is drawn at random for this one host.
  host_id self;
  std::map<std::string, kind_options> kinds;
  minority_policy minority = minority_policy::run;
  /// The names of all nodes that count for a majority.
  std::set<std::string> configured_nodes;
  lease_options lease;
  /// While a configured node has not been met since the start of this host, a claim skips so many epochs: a node that
  /// is down may have records on its disk, of owners that this host has not heard of, and what this host runs meanwhile
  /// is to outrank them all. 0, if no node keeps anything on a disk, and with `pause`, where hosts reserve epochs.
  std::uint64_t unmet_epoch_gap = 0;
  /// Nodes keep journals: whoever has to hold a record before a session starts, or before its end is answered, is to
  /// have it on its disk. For where all nodes start from their disks, an epoch that no disk has might be used again.
  /// With `pause`, hosts also reserve the epochs that they grant there (see epoch_reserve).
  bool durable_records = false;
  /// At most this many sessions that are placed elsewhere since a node has come are moved there at a time; 0: they
  /// stay.
  std::size_t rebalance_max = 0;
  /// While so many run in all, as far as this host knows, requests start no other ones.
  std::size_t sessions_max = 1'000'000;
  /// At most this many sessions are on the move at once while the node drains.
  std::size_t drain_max = 512;
  /// How long a node that has been asked to take a session over may take.
  std::uint64_t move_timeout_ms = 1'000;
  /// How long a refused claim and a failed session wait before the next attempt.
  std::uint64_t retry_after_ms = 50;
  /// How long a message of another host waits here for the session to run; the other host has its own deadline.
  std::uint64_t message_wait_ms = 5'000;
  /// How long a message for a session that nobody knows, or a request to end it, waits for it to become known.
  std::uint64_t unknown_wait_ms = 500;
  /// How long a node is waited for that knows the kind of a session, and its version, and is no longer up: it may be
  /// restarted. A request that nobody who is up can ever serve is answered after that, or after `unknown_wait_ms`.
  std::uint64_t return_wait_ms = 3'000;
  /// How long it is remembered that a session has been ended: longer than any part of the network stays cut off.
  std::uint64_t remember_end_ms = 3'600'000;
  /// One `tick` looks at this many sessions, and requests, at most; the calls of `tick` come by all.
  std::size_t tick_sessions_max = 4'096;
  /// One call looks at this many of them, at most. `work` does the rest.
  std::size_t step_sessions_max = 128;
  /// Messages that wait for one session, and the bytes of all that wait on this host.
  std::size_t queue_messages_max = 1'000;
  std::size_t queue_bytes_max = std::size_t{64} << 20;
  /// How long messages travel between hosts.
  piece_options pieces;

  bool pauses() const {
    return minority == minority_policy::pause;
  }
};

} // namespace ariadne::session
