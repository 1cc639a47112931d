#pragma once

#include "actors/internal/deadline.hpp"
#include "actors/internal/waiting_places.hpp"
#include "actors/internal/write_answer.hpp"
#include "actors/internal/write_concern.hpp"
#include "session/rounds.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace ariadne {

/// The writes of one id of a replica that wait until their concern is met. They are kept by concern, in the order in
/// which they were made: acknowledgements rise in that order, so that to settle a thousand of them costs no more than
/// one look at each. As there may be hundreds of thousands, they are answered in steps, at most so many in each, until
/// `has_work` is false.
class waiting_writes {
public:
  /// How many writes one call ends at most, and how many it looks at, about.
  static constexpr std::size_t step_ends_max = 512;
  static constexpr std::size_t step_looks_max = 8'192;

  /// `answered` is called for each put whose concern is met, with the time that this has taken, or that is given up,
  /// with the error; but not for those that nobody waits for any more, nor for fenced writes.
  using answer_listener = std::function<void(const write_concern&, steady_clock::duration took, const caf::error* why)>;
  void call_on_answer(answer_listener answered) {
    answered_ = std::move(answered);
  }

  /// Events are added in ascending order.
  void add(event_id event, const write_options& options, waiting_place place, write_answer answer,
           bool counts_from_last_piece = false);

  /// Answers the writes whose concern is met.
  void settle(const concern_view& view);

  /// Time has passed: all are to be looked at by `give_up_hopeless`.
  void look_at_all();

  /// Of those that are to be looked at, answers the writes whose time is up, and those that want more nodes than are
  /// known, with an error that says how many hold them; and drops those that nobody waits for any more. Where
  /// it counts from the last piece on, the time of a write counts from now on as long as `is_moving` says that its
  /// value is on its way.
  void give_up_hopeless(
    const concern_view& view,
    const std::function<bool(const event_id&)>& is_moving = [](const event_id&) { return false; });

  /// Whether the last calls have left something to be done. Then both are to be called soon.
  bool has_work() const {
    return size_ > 0 && (has_more_settled_ || is_giving_up());
  }
  /// Whether not all have been looked at that are to be.
  bool is_giving_up() const;

  bool empty() const {
    return by_concern_.empty();
  }
  std::size_t size() const {
    return size_;
  }

private:
  struct waiting {
    event_id event;
    std::uint64_t timeout_ms = 0;
    steady_clock::time_point deadline;
    waiting_place place;
    write_answer answer;
    bool counts_from_last_piece = false;
    steady_clock::time_point since = steady_clock::now();
  };

  /// Those of one concern, in parts that are looked at in one go, by the counter of the first one that was in it.
  struct queue {
    std::map<std::uint64_t, std::deque<waiting>> parts;
    session::rounds<std::uint64_t> hopeless;
  };
  static constexpr std::size_t part_max = 1'024;

  /// Answers a write that is not going to get what it waits for.
  void give_up(waiting& write, const write_concern& concern, const concern_view& view);
  void refuse(waiting& write, const write_concern& concern, const std::string& why);
  void drop_idle();

  struct is_before {
    bool operator()(const write_concern& a, const write_concern& b) const {
      return std::tie(a.level, a.count, a.durable, a.where_kept) < std::tie(b.level, b.count, b.durable, b.where_kept);
    }
  };
  std::map<write_concern, queue, is_before> by_concern_;
  std::size_t size_ = 0;
  bool has_more_settled_ = false;
  answer_listener answered_ = [](const write_concern&, steady_clock::duration, const caf::error*) {};
};

/// The receipt of an event as things are.
receipt make_receipt(const event_id& event, const write_concern& concern, const concern_view& view);

} // namespace ariadne
