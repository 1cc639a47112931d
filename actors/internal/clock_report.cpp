#include "actors/internal/clock_report.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace ariadne {

std::uint64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

std::uint64_t steady_clock_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

std::string describe_ahead(std::int64_t ahead_ms) {
  return fmt::format("{:.1f} s {}", static_cast<double>(std::abs(ahead_ms)) / 1'000, ahead_ms < 0 ? "behind" : "ahead");
}

std::string describe_doubt(const crdt::guarded_clock& guard) {
  const auto ahead = describe_ahead(guard.wall_ahead_ms());
  switch (guard.doubt()) {
    case crdt::clock_doubt::none:
      return {};
    case crdt::clock_doubt::jumped:
      return fmt::format(
        "the wall clock is {} of a clock that does not jump, which is used until the other nodes agree "
        "with the wall clock or it has been steady for 5 minutes",
        ahead);
    case crdt::clock_doubt::outvoted:
      return fmt::format("the wall clock is {} of the time that most nodes agree on, which is used", ahead);
    case crdt::clock_doubt::contested:
      return "most of the other nodes go by another time than the wall clock here, and do not agree with each other; "
             "the "
             "wall clock is used";
  }
  return {};
}

} // namespace ariadne
