#pragma once

#include <ctime>

#include <sys/resource.h>

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

/// The processor time that this process has taken so far.
inline double process_cpu_ms() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto ms = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

} // namespace ariadne::bench
