#include "test/support/cpu_load.hpp"

#include <pthread.h>
#include <sched.h>

#include <chrono>

namespace ariadne::test {

namespace {

constexpr std::chrono::milliseconds period{100};

} // namespace

cpu_load::cpu_load(unsigned percent) {
  for (unsigned processor = 0; processor < std::thread::hardware_concurrency(); ++processor)
    threads_.emplace_back([=, this] { run(processor, percent); });
}

cpu_load::~cpu_load() {
  is_stopping_ = true;
  for (auto& thread : threads_)
    thread.join();
}

void cpu_load::run(unsigned processor, unsigned percent) {
  cpu_set_t only_this;
  CPU_ZERO(&only_this);
  CPU_SET(processor, &only_this);
  pthread_setaffinity_np(pthread_self(), sizeof only_this, &only_this);
  const sched_param priority{1};
  pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
  while (!is_stopping_) {
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < begin + period * percent / 100)
      continue;
    std::this_thread::sleep_until(begin + period);
  }
}

} // namespace ariadne::test
