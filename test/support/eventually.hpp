#pragma once

#include <chrono>
#include <thread>
#include <utility>

namespace ariadne::test {

/// How long a test waits for something that takes milliseconds on an idle machine. Long, since it is only ever waited
/// out when the test fails.
constexpr std::chrono::seconds patience{30};

/// Asks `predicate` again and again until its answer converts to true, or until the deadline has passed; it is asked
/// at least once. Returns its last answer, so that `if (auto found = eventually(...))` gives what was waited for.
template <class Predicate>
auto eventually(std::chrono::steady_clock::time_point deadline, Predicate&& predicate) {
  constexpr std::chrono::milliseconds poll_interval{5};
  auto answer = predicate();
  while (!answer && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(poll_interval);
    answer = predicate();
  }
  return answer;
}

/// The same with the time left instead of a deadline.
template <class Predicate>
auto eventually(std::chrono::steady_clock::duration timeout, Predicate&& predicate) {
  return eventually(std::chrono::steady_clock::now() + timeout, std::forward<Predicate>(predicate));
}

/// The same with the usual patience.
template <class Predicate>
auto eventually(Predicate&& predicate) {
  return eventually(patience, std::forward<Predicate>(predicate));
}

} // namespace ariadne::test
