#pragma once

#include <ctime>

namespace ariadne::bench {

/// The seconds of processor time that `work()` takes on this thread: what other processes do meanwhile counts only as
/// far as they share caches.
template <class Function>
double cpu_seconds(Function work) {
  auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const auto begin = now();
  work();
  return now() - begin;
}

} // namespace ariadne::bench
