#include "membership/local_health.hpp"

#include <algorithm>

namespace ariadne::membership {

namespace {

constexpr unsigned lateness_max = 3;

} // namespace

local_health::duration local_health::tick(instant now) {
  if (last_ == instant{})
    last_ = now - interval_;
  const auto late = now - last_ - interval_;
  last_ = now;
  if (late <= interval_ / 2) {
    lateness_ -= lateness_ > 0 ? 1 : 0;
    return {};
  }
  lateness_ = std::min(lateness_ + 1, lateness_max);
  return late;
}

} // namespace ariadne::membership
