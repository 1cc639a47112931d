#pragma once

#include <cstdint>

namespace ariadne::crdt {

/// What a replica has done since its start. Counters only grow.
struct replica_counters {
  std::uint64_t puts = 0;
  std::uint64_t erases = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t registers_sent = 0;
  std::uint64_t registers_received = 0;
  /// Whole maps sent, to neighbours that had been away for too long for less.
  std::uint64_t full_states_sent = 0;
  std::uint64_t refusals = 0;
  /// Replicas that differed although they had seen the same events: must stay 0.
  std::uint64_t divergences = 0;
};

} // namespace ariadne::crdt
