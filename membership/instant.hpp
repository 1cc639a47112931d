#pragma once

#include <chrono>

namespace ariadne::membership {

/// The clock by which a node judges the others. It never goes back, and goes on while the machine is suspended
/// (CLOCK_BOOTTIME). It is read outside of this folder.
struct node_clock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<node_clock>;
  static constexpr bool is_steady = true;
};

using instant = node_clock::time_point;

/// Both clocks at one moment.
struct clock_reading {
  instant now;
  /// The time of day, since any epoch. It may jump.
  std::chrono::microseconds wall{};
};

} // namespace ariadne::membership
