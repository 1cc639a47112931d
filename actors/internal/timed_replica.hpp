#pragma once

#include "actors/internal/clock_report.hpp"
#include "crdt/replica.hpp"

#include <cstdint>
#include <utility>

namespace ariadne {

/// A replica of the map, and the time that it goes by.
class timed_replica {
public:
  explicit timed_replica(crdt::replica_options options) : core_(std::move(options)) {}

  crdt::replica* operator->() {
    return &core_;
  }
  const crdt::replica* operator->() const {
    return &core_;
  }
  crdt::replica& operator*() {
    return core_;
  }
  const crdt::replica& operator*() const {
    return core_;
  }

  /// The time that this node goes by, to hand in to the core.
  std::uint64_t now_ms() {
    // Thousands of times in a millisecond.
    if (const auto steady_ms = steady_clock_ms(); std::exchange(read_at_ms_, steady_ms) != steady_ms)
      now_ms_ = core_.read_clock(wall_clock_ms(), steady_ms);
    return now_ms_;
  }

private:
  crdt::replica core_;
  /// When the clock was read last, by a steady clock, and the time that the node has gone by since.
  std::uint64_t read_at_ms_ = 0;
  std::uint64_t now_ms_ = 0;
};

} // namespace ariadne
