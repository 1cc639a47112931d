#pragma once

#include "actors/deadline.hpp"
#include "actors/kept_promise.hpp"
#include "actors/protocol.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// The reads of one replica that wait for their key.
class waiting_reads {
public:
  struct waiting {
    /// Erases what it reads.
    bool takes = false;
    wait_end until = wait_end::arrival;
    steady_clock::time_point deadline;
    kept_promise<map_entry> answer;
  };

  void add(std::string key, waiting read) {
    by_key_.emplace(std::move(key), std::move(read));
  }

  /// The key is there. `read(key, takes)` answers the map_entry; once somebody has taken it, the others go on waiting.
  template <class Read>
  void arrived(std::string_view key, Read read) {
    const auto [first, last] = by_key_.equal_range(key);
    for (auto position = first; position != last;)
      position = try_answer(position, read) ? by_key_.erase(position) : std::next(position);
  }

  /// Ends the reads whose time is up, and those that wait no longer than until absence `is_certain`.
  template <class Read>
  void end_overdue(bool is_certain, Read read) {
    const auto now = steady_clock::now();
    for (auto position = by_key_.begin(); position != by_key_.end();) {
      auto& [key, waiting] = *position;
      if (now < waiting.deadline && !(is_certain && waiting.until == wait_end::certainty)) {
        ++position;
        continue;
      }
      waiting.answer.deliver(read(key, waiting.takes));
      position = by_key_.erase(position);
    }
  }

  bool empty() const {
    return by_key_.empty();
  }

private:
  using reads = std::multimap<std::string, waiting, std::less<>>;

  template <class Read>
  static bool try_answer(typename reads::iterator position, Read& read) {
    auto entry = read(position->first, position->second.takes);
    if (!entry.found)
      return false;
    position->second.answer.deliver(std::move(entry));
    return true;
  }

  reads by_key_;
};

} // namespace ariadne
