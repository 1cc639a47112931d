#pragma once

#include <chrono>

namespace ariadne::bench {

using steady_clock = std::chrono::steady_clock;

inline double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

inline double ms_since(steady_clock::time_point begin) {
  return seconds_since(begin) * 1'000;
}

} // namespace ariadne::bench
