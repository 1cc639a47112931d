#pragma once

#include <chrono>

namespace ariadne::membership {

/// How often nodes show each other that they are alive, and how long one may be silent.
struct heartbeat_options {
  std::chrono::milliseconds interval{100};
  /// A node that has been silent for longer is down, unless its heartbeats have been coming in less regularly than
  /// that. At least twice the interval.
  std::chrono::milliseconds tolerance{500};
};

} // namespace ariadne::membership
