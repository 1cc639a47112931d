#include "membership/run_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ariadne::membership {

run_watch::duration run_watch::look(const clock_reading& now) {
  const auto before = std::exchange(last_, now);
  const auto passed = now.now - before.now;
  unseen_ = std::max<duration>(now.wall - before.wall - passed, duration{});
  const auto pause = passed + unseen_;
  return pause > pause_max_ ? pause : duration{};
}

run_watch::duration pause_max(const heartbeat_options& options) {
  const auto interval = std::chrono::duration_cast<run_watch::duration>(options.interval);
  return std::max<run_watch::duration>(interval * 3 / 2, options.tolerance - 2 * options.interval);
}

} // namespace ariadne::membership
