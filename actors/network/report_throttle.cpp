#include "actors/network/report_throttle.hpp"

namespace ariadne {

bool report_throttle::is_due(std::string_view address, std::string_view reason, time_point now) {
  std::pair key{std::string{address}, std::string{reason}};
  if (const auto known = reported_.find(key); known != reported_.end()) {
    if (now - known->second < pause)
      return false;
    known->second = now;
    return true;
  }
  if (reported_.size() >= reports_max)
    forget(now);
  if (reported_.size() >= reports_max)
    return false;
  reported_.emplace(std::move(key), now);
  return true;
}

void report_throttle::forget(time_point now) {
  std::erase_if(reported_, [&](const auto& report) { return now - report.second >= pause; });
}

} // namespace ariadne
