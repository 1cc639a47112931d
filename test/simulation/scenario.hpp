#pragma once

#include "test/simulation/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne::simulation {

inline constexpr std::size_t slots_max = 7;

/// What is drawn once for each seed: the cluster, and which kinds of trouble it is in.
struct scenario {
  std::uint64_t seed = 0;
  /// Places for replicas; each holds at most one incarnation at a time.
  std::size_t slots = 0;
  std::size_t slots_at_start = 0;
  std::size_t operations = 0;
  std::size_t keys = 0;
  std::size_t value_bytes_max = 0;
  std::size_t map_bytes_max = 0;

  /// Values beyond this get their dots from the second id of their replica.
  std::size_t large_value_bytes = 0;
  std::size_t part_bytes = 0;
  std::size_t window_bytes = 0;
  std::size_t work_registers_max = 0;
  std::uint64_t forward_after_ms = 0;
  std::uint64_t answer_within_ms = 0;
  std::uint64_t heartbeat_every_ms = 0;
  std::uint64_t clock_patience_ms = 0;
  std::uint64_t straggler_patience_ms = 0;

  /// Links lose, repeat and reorder frames; else they keep them in order until they close.
  bool hostile_links = false;
  /// Some links are with neighbours that speak the version of before large values travelled in pieces.
  bool old_neighbours = false;
  std::uint64_t loss_percent = 0;
  std::uint64_t repeat_percent = 0;

  std::uint64_t erase_percent = 0;
  std::uint64_t expiry_percent = 0;
  /// Clocks are ahead of the true time by up to this, and jump.
  std::uint64_t skew_ms_max = 0;
  /// Some clocks are wrong by more than the permitted drift now and then, stand still, or run fast or slow.
  bool broken_clocks = false;
  /// The true time passes by up to this between two operations.
  std::uint64_t step_ms_max = 0;

  bool crashes = false;
  bool partitions = false;
  /// Replicas count some of the others as departed now and then, each by itself.
  bool members_differ = false;

  /// Each replica keeps a journal on a disk, and starts with what that has kept. With `journals_synced`, what is
  /// durable outlives a power cut.
  bool journals = false;
  bool journals_synced = false;
  /// Disks fail now and then; bits flip on them, and old copies of them are put in place.
  bool disk_faults = false;
  /// How long a disk that lacks something keeps the others from forgetting.
  std::uint64_t disk_patience_ms = 0;
  std::uint64_t disk_patience_registers = 0;

  topology first_topology = topology::mesh;
  topology last_topology = topology::mesh;
  /// At the end all links are replaced; else those that are open stay.
  bool heal_with_new_links = false;
  bool heal_restarts = false;
  /// After that, links of a mesh stay open but fall silent, so that events have to go round them.
  bool falls_silent = false;
  /// The last thing that happens is a replica's death in the middle of what it sends.
  bool ends_with_orphans = false;
  /// See torn_state_story. If not with orphans.
  bool ends_with_torn_state = false;
};

/// The scenario of a seed.
scenario make_scenario(std::uint64_t seed);

std::string to_string(const scenario& s);

} // namespace ariadne::simulation
