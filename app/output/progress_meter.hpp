#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ariadne {

/// What somebody is told, now and then, while a large value is moved. What does not take long is not told at all.
class progress_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds quiet_time{500};
  static constexpr std::chrono::milliseconds interval{100};

  explicit progress_meter(time_point began) : began_(began), next_(began + quiet_time) {}

  /// So many bytes of so many have been moved. Returns what is to be shown now, if anything is.
  std::optional<std::string> update(std::uint64_t moved, std::uint64_t total, time_point now);

private:
  time_point began_;
  time_point next_;
};

} // namespace ariadne
