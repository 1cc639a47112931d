#pragma once

#include "session/session_record.hpp"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// The answer of a session to one message, and to whom it goes; nothing, if it has ended before.
struct held_answer {
  session::host_id origin;
  std::uint64_t number = 0;
  std::optional<std::string> text;
  /// What it is about was a call (actors/session_clauses.hpp).
  bool is_of_call = false;
};

/// Answers of one session that are given once the state after them is held. An answer goes one way:
///
///     unsaved -> told -> in_write -> given
///
/// - `unsaved`: the session has not said a state since. So a state that it says covers all of them.
/// - `told`: the state machine has been told a state that covers them.
/// - `in_write`: a record with such a state is being written.
///
/// The state machine writes one record at a time, and none for a state that stands in it already. So when it has done
/// all that follows from a state, nothing is being written, and the last write has not failed, what is told is held.
class held_answers {
public:
  void add(held_answer answer) {
    unsaved_.push_back(std::move(answer));
  }
  bool has_told() const {
    return !told_.empty();
  }

  /// The session has said a state.
  void state_told() {
    move(unsaved_, told_);
  }
  void write_begins() {
    is_writing_ = true;
    has_failed_ = false;
    move(told_, in_write_);
  }
  /// Those that were waiting for it, if it was written; else they wait for the next one.
  std::vector<held_answer> write_ends(bool written) {
    is_writing_ = false;
    has_failed_ = !written;
    auto waiting = std::exchange(in_write_, {});
    if (written)
      return waiting;
    move(told_, waiting);
    told_ = std::move(waiting);
    return {};
  }
  /// Nothing follows from what has been told any more: what stands there is held.
  std::vector<held_answer> take_told() {
    return is_writing_ || has_failed_ ? std::vector<held_answer>{} : std::exchange(told_, {});
  }
  /// Those that wait for a state which the session does not say.
  std::vector<held_answer> take_unsaved() {
    return std::exchange(unsaved_, {});
  }
  std::vector<held_answer> take_all() {
    is_writing_ = false;
    move(told_, in_write_);
    move(unsaved_, in_write_);
    return std::exchange(in_write_, {});
  }

private:
  static void move(std::vector<held_answer>& from, std::vector<held_answer>& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
  }

  std::vector<held_answer> unsaved_;
  std::vector<held_answer> told_;
  std::vector<held_answer> in_write_;
  bool is_writing_ = false;
  /// The last write has; the state machine is going to write again.
  bool has_failed_ = false;
};

} // namespace ariadne
