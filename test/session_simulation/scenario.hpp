#pragma once

#include "session/session_host.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne::session_simulation {

/// What is drawn once for each seed: the cluster, and which kinds of trouble it is in.
struct scenario {
  std::uint64_t seed = 0;
  std::size_t nodes = 0;
  std::size_t sessions = 0;
  std::uint64_t duration_ms = 0;
  session::minority_policy minority = session::minority_policy::run;
  session::lease_options lease;
  std::size_t rebalance_max = 0;
  std::size_t drain_max = 0;
  /// How many sessions and requests a host looks at in one go.
  std::size_t step_sessions_max = 0;
  /// How long messages are cut, and from which version of the program on.
  session::piece_options pieces;
  std::uint32_t pieces_version = 1;
  /// How long a frame of a host takes at most, and one of a replica, which has more to carry.
  std::uint64_t network_ms_max = 0;
  std::uint64_t map_ms_max = 0;
  /// How likely one message of a host to a session is followed by another.
  std::uint64_t talk_percent = 0;
  /// Clocks run faster or slower than the true time by up to this.
  std::uint64_t rate_permille_max = 0;
  /// How long it takes from one trouble to the next.
  std::uint64_t troubles_ms_min = 20;
  std::uint64_t troubles_ms_max = 800;

  /// Nodes stop gracefully and come back. Without any other trouble, nothing may be lost and nobody may notice.
  bool drains = false;
  /// They come back with a newer version of the program.
  bool deploys = false;
  bool cordons = false;
  bool crashes = false;
  bool partitions = false;
  bool freezes = false;
  /// Sessions fail by themselves.
  bool failures = false;
  /// The map of a node is lost while its host lives on.
  bool map_restarts = false;
  bool stops = false;
  /// One node after the other comes back with a list of voters that differs by one name.
  bool voters_change = false;

  /// Nodes keep journals.
  bool disks = false;
  /// What is durable is synced, so that it outlives a power cut.
  bool disks_synced = false;
  /// How long it takes from one step of a journal to the next.
  std::uint64_t commit_ms_max = 0;
  /// For how long a node that has started from its disk waits for all others.
  std::uint64_t cold_start_ms = 0;
  /// All nodes end at once.
  bool blackouts = false;
  /// The disk of one node is full, fails, ends its process, or has a bit flipped while it is down; nothing more once
  /// something was lost by that. For a majority that keeps a record is one of the others then.
  bool disk_faults = false;
  std::size_t faulty_disk = 0;

  bool is_gentle() const {
    return !crashes && !partitions && !freezes && !failures && !map_restarts && !blackouts && !disk_faults;
  }
};

scenario make_scenario(std::uint64_t seed);

std::string to_string(const scenario& s);

} // namespace ariadne::session_simulation
