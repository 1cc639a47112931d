#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace ariadne::test {

/// Takes part of the time of every processor away from all others as long as it lives, in slices of tens of
/// milliseconds, as a hypervisor does with a busy neighbour on the same machine. Where the process may, it does so with
/// real-time priority; elsewhere it is only one more load.
class cpu_load {
public:
  explicit cpu_load(unsigned percent);
  ~cpu_load();

  cpu_load(const cpu_load&) = delete;
  cpu_load& operator=(const cpu_load&) = delete;

private:
  void run(unsigned processor, unsigned percent);

  std::atomic<bool> is_stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace ariadne::test
