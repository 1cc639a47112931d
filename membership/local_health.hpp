#pragma once

#include "membership/instant.hpp"

namespace ariadne::membership {

/// Judges whether this process itself is late: then it has no right to judge others as quickly (Dadgar et al.,
/// "Lifeguard: local health awareness for more accurate failure detection", 2018).
class local_health {
public:
  using duration = node_clock::duration;

  explicit local_health(duration interval) : interval_(interval) {}

  /// To be called every interval. Returns by how much this call is late, if that is worth mentioning, else 0.
  duration tick(instant now);

  /// By how much to multiply the silence that is permitted to others: 1 as long as all is well, 4 at most.
  unsigned patience() const {
    return 1 + lateness_;
  }

private:
  duration interval_;
  instant last_{};
  unsigned lateness_ = 0;
};

} // namespace ariadne::membership
