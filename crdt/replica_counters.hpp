#pragma once

#include <cstdint>

namespace ariadne::crdt {

/// Counters that only grow.
struct replica_counters {
  std::uint64_t puts = 0;
  std::uint64_t erases = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t registers_sent = 0;
  std::uint64_t registers_received = 0;
  std::uint64_t full_states_sent = 0;
  std::uint64_t refusals = 0;
  /// Fingerprints that differed although the version vectors did not: must stay 0.
  std::uint64_t divergences = 0;
  /// Entries that were dropped here since their time was up.
  std::uint64_t expired = 0;
};

} // namespace ariadne::crdt
