#include "actors/internal/process_clocks.hpp"

#include <chrono>
#include <ctime>

namespace ariadne {

namespace {

std::chrono::microseconds read(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec}
         + std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds{now.tv_nsec});
}

} // namespace

membership::instant read_node_clock() {
  return membership::instant{read(CLOCK_BOOTTIME)};
}

membership::clock_reading read_clocks() {
  return {read_node_clock(), read(CLOCK_REALTIME)};
}

} // namespace ariadne
