#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// Decides which reports about strangers are worth a line: one a minute for each address and reason. Strangers have
/// many addresses, so it remembers at most `reports_max` at a time, and is silent about others until these are
/// forgotten.
class report_throttle {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::minutes pause{1};
  static constexpr std::size_t reports_max = 1000;

  /// Whether to report this now; if so, not again within the pause.
  bool is_due(std::string_view address, std::string_view reason, time_point now);

private:
  void forget(time_point now);

  std::map<std::pair<std::string, std::string>, time_point> reported_;
};

} // namespace ariadne
