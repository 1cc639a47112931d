#pragma once

#include "crdt/dot.hpp"
#include "crdt/node_disks.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne::crdt {

/// No key may be longer, whatever the options say.
inline constexpr std::size_t key_bytes_limit = (1u << 16) - 1;

/// The upper bounds that a replica enforces, on local writes and on what its neighbours send. All replicas of a
/// cluster use the same.
struct replica_limits {
  std::size_t key_bytes_max = 1024;
  std::size_t value_bytes_max = 16u << 20;
  /// Sum over keys and live values. A local put beyond it is refused; joins are not, since they carry acknowledged
  /// data of others.
  std::size_t map_bytes_max = std::size_t{4} << 30;
};

struct replica_options {
  /// Neither this nor its twin is 0.
  replica_id id;
  std::string cluster;
  std::string node;
  replica_limits limits;
  /// Keys that start so are listed only by a prefix that starts so, too: those of the application's own library, say.
  std::string hidden_prefix;
  /// Values beyond this get their dots from the twin of `id`.
  std::size_t large_value_bytes = 16u << 10;
  /// About how many bytes of registers one delta carries on a fast link, and how many bytes of a value one piece does.
  std::size_t part_bytes = 64u << 10;
  /// How many bytes of a value one piece carries on a slow link. A delta carries `large_value_bytes` there.
  std::size_t part_bytes_min = 2u << 10;
  /// How many registers one delta carries at most, however small they are: to take it in is one call.
  std::size_t part_registers_max = 1'024;
  /// How many bytes of deltas and pieces may be on their way to one neighbour at most; see congestion_window.
  std::size_t window_bytes = 4u << 20;
  /// How many registers one call looks at, at most, where it walks over the map.
  std::size_t work_registers_max = 4096;
  /// A stamp further ahead of the local clock is refused.
  std::uint64_t drift_max_ms = 10'000;
  /// For how long a wall clock that has jumped must have gone on steadily before it is believed; see guarded_clock.
  std::uint64_t clock_patience_ms = 300'000;
  /// How long a member that does not come to have what is known here keeps this replica from forgetting.
  std::uint64_t straggler_patience_ms = 600'000;
  /// How long the disk of a node that lacks something keeps this replica from forgetting, and for how many registers.
  disk_patience patience_with_disks;
  /// How long an event of another present member is left to that member before it is forwarded in its stead.
  std::uint64_t forward_after_ms = 500;
  /// How often the fingerprint goes to each neighbour.
  std::uint64_t heartbeat_every_ms = 1'000;
  /// How long a neighbour may owe an answer before it is asked to start anew.
  std::uint64_t answer_within_ms = 10'000;
};

} // namespace ariadne::crdt
