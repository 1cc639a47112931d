#pragma once

#include "actors/deadline.hpp"
#include "actors/protocol.hpp"

#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// The reads of one replica that wait for their key, in the order in which they have come.
///
/// `Read` is what is to be answered; `is_abandoned()` says that nobody waits for the answer any more.
template <class Read>
class waiting_reads {
public:
  struct waiting {
    wait_end until = wait_end::arrival;
    steady_clock::time_point deadline;
    Read read;
  };

  void add(std::string key, waiting read) {
    by_key_.emplace(std::move(key), std::move(read));
  }

  /// The key is there. `try_answer(key, read)` says whether it has answered; those that it has not go on waiting.
  template <class TryAnswer>
  void arrived(std::string_view key, TryAnswer try_answer) {
    const auto [first, last] = by_key_.equal_range(key);
    for (auto position = first; position != last;) {
      auto& read = position->second.read;
      const auto is_done = read.is_abandoned() || try_answer(position->first, read);
      position = is_done ? by_key_.erase(position) : std::next(position);
    }
  }

  /// Ends the reads whose time is up, and those that wait no longer than until absence `is_certain`, by
  /// `answer(key, read)`; and drops those that nobody waits for any more.
  template <class Answer>
  void end_overdue(steady_clock::time_point now, bool is_certain, Answer answer) {
    for (auto position = by_key_.begin(); position != by_key_.end();) {
      auto& [key, waiting] = *position;
      const auto is_over = now >= waiting.deadline || (is_certain && waiting.until == wait_end::certainty);
      if (!waiting.read.is_abandoned() && !is_over) {
        ++position;
        continue;
      }
      if (!waiting.read.is_abandoned())
        answer(key, waiting.read);
      position = by_key_.erase(position);
    }
  }

  bool empty() const {
    return by_key_.empty();
  }
  std::size_t size() const {
    return by_key_.size();
  }

private:
  std::multimap<std::string, waiting, std::less<>> by_key_;
};

} // namespace ariadne
