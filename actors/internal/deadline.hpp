#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ariadne {

using steady_clock = std::chrono::steady_clock;

/// The time in so many milliseconds, at most in a year.
inline steady_clock::time_point deadline_in(std::uint64_t milliseconds) {
  constexpr std::uint64_t year_ms = std::uint64_t{365} * 24 * 3600 * 1000;
  return steady_clock::now() + std::chrono::milliseconds{std::min(milliseconds, year_ms)};
}

/// How many milliseconds have passed since `then`.
inline std::uint64_t milliseconds_since(steady_clock::time_point then) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - then).count();
  return static_cast<std::uint64_t>(std::max<decltype(passed)>(passed, 0));
}

} // namespace ariadne
