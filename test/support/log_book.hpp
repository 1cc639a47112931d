#pragma once

#include "actors/log.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// Keeps what actors log. Thread-safe; has to outlive them.
class log_book {
public:
  log_sink sink() {
    return [this](const log_entry& entry) {
      const std::lock_guard guard{mutex_};
      lines_.push_back(entry.message());
    };
  }

  /// How many lines contain `part`.
  std::size_t count(std::string_view part) const {
    const std::lock_guard guard{mutex_};
    return static_cast<std::size_t>(std::count_if(
      lines_.begin(), lines_.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

  std::vector<std::string> lines() const {
    const std::lock_guard guard{mutex_};
    return lines_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A base of fixtures whose actors log. It comes before test_system, since the log has to outlive the actors.
struct logging {
  log_book log;
};

} // namespace ariadne::test
