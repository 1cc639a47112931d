#pragma once

#include "actors/internal/deadline.hpp"
#include "actors/write_options.hpp"
#include "session/rounds.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// The reads of one replica that wait for their key, in the order in which they have come. As there may be tens of
/// thousands, for one key as well, they are answered in steps: at most so many in each, until `has_work` is false. What
/// a read finds is what stands there when its turn comes.
///
/// `Read` is what is to be answered; `is_abandoned()` says that nobody waits for the answer any more.
template <class Read>
class waiting_reads {
public:
  /// How many reads one step ends at most, and how many it looks at.
  static constexpr std::size_t step_ends_max = 512;
  static constexpr std::size_t step_looks_max = 4'096;

  struct waiting {
    wait_end until = wait_end::arrival;
    steady_clock::time_point deadline;
    Read read;
  };

  void add(std::string key, waiting read) {
    by_key_.emplace(place{std::move(key), ++last_}, std::move(read));
  }

  /// The key is there: those that wait for it are to be asked, also those that have got nothing before.
  void arrived(std::string_view key) {
    if (by_key_.empty())
      return;
    const auto first = by_key_.lower_bound({std::string{key}, 0});
    if (first != by_key_.end() && first->first.first == key)
      arrived_[first->first.first] = 0;
  }

  /// `try_answer(key, read)` says whether it has answered; those that it has not go on waiting. Returns whether any has
  /// been answered.
  template <class TryAnswer>
  bool answer_arrived(TryAnswer try_answer) {
    auto looks = step_looks_max;
    auto ends = step_ends_max;
    while (!arrived_.empty() && looks > 0 && ends > 0) {
      // `try_answer` may tell of arrivals.
      auto [key, from] = *arrived_.begin();
      arrived_.erase(arrived_.begin());
      auto position = by_key_.lower_bound({key, from});
      for (; position != by_key_.end() && position->first.first == key && looks > 0 && ends > 0; --looks) {
        auto& read = position->second.read;
        const auto is_done = read.is_abandoned() || try_answer(position->first.first, read);
        ends -= is_done ? 1 : 0;
        position = is_done ? by_key_.erase(position) : std::next(position);
      }
      if (position != by_key_.end() && position->first.first == key)
        arrived_.try_emplace(std::move(key), position->first.second);
    }
    return ends < step_ends_max;
  }

  /// Time has passed: all are to be looked at, whether they are overdue.
  void look_at_all() {
    overdue_.look_at(by_key_.size(), by_key_.size());
  }

  /// Of those that are to be looked at, ends the reads whose time is up, and those that wait no longer than until
  /// absence `is_certain`, by `answer(key, read)`; and drops those that nobody waits for any more.
  template <class Answer>
  void end_overdue(steady_clock::time_point now, bool is_certain, Answer answer) {
    auto ends = step_ends_max;
    overdue_.go_on(by_key_, step_looks_max, [&](auto position) -> std::optional<decltype(position)> {
      auto& [key, waiting] = *position;
      const auto is_over = now >= waiting.deadline || (is_certain && waiting.until == wait_end::certainty);
      if (!waiting.read.is_abandoned() && !is_over)
        return std::next(position);
      if (ends == 0)
        return std::nullopt;
      --ends;
      if (!waiting.read.is_abandoned())
        answer(key.first, waiting.read);
      return by_key_.erase(position);
    });
  }

  /// Whether the last step has left something for the next one.
  bool has_work() const {
    return !arrived_.empty() || overdue_.is_due();
  }

  bool empty() const {
    return by_key_.empty();
  }
  std::size_t size() const {
    return by_key_.size();
  }

private:
  using place = std::pair<std::string, std::uint64_t>;

  std::map<place, waiting> by_key_;
  std::uint64_t last_ = 0;
  /// The keys whose reads are to be asked, and from which one on.
  std::map<std::string, std::uint64_t, std::less<>> arrived_;
  session::rounds<place> overdue_;
};

} // namespace ariadne
