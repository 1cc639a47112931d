#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>

namespace ariadne::crdt {

/// A value of a hybrid logical clock: 48 bits of milliseconds since the Unix epoch, then 16 bits of counter.
struct stamp {
  std::uint64_t value = 0;

  std::uint64_t millis() const {
    return value >> 16;
  }

  friend auto operator<=>(const stamp&, const stamp&) = default;
};

/// `millis.counter`.
std::string to_string(stamp s);

/// A hybrid logical clock (Kulkarni et al.: Logical Physical Clocks, 2014): close to the wall clock, and greater than
/// every stamp that it has issued or observed. It reads no clock; the time comes in as an argument, in milliseconds
/// since the Unix epoch, and may jump.
class hybrid_clock {
public:
  /// `drift_max_ms`: a stamp further ahead of the local wall clock than this is refused.
  explicit hybrid_clock(std::uint64_t drift_max_ms) : drift_max_ms_(drift_max_ms) {}

  /// A new stamp, greater than all before, unless the clock `is_astray`. A counter that overflows carries into the
  /// milliseconds.
  stamp issue(std::uint64_t now_ms);

  /// Whether `remote` is no more than the permitted drift ahead of `now_ms`.
  bool accepts(stamp remote, std::uint64_t now_ms) const {
    return remote.millis() <= now_ms + drift_max_ms_;
  }

  /// Makes every later stamp greater than `remote`. Call it for accepted stamps only.
  void observe(stamp remote) {
    if (remote > last_)
      last_ = remote;
  }

  /// Whether stamps have been issued or observed, by a clock that was wrong, that are further ahead of `now_ms` than
  /// anybody would accept. New ones would be no better.
  bool is_astray(std::uint64_t now_ms) const {
    return !accepts(last_, now_ms);
  }

  /// Goes on from `now_ms`, whatever stamps there have been before. That loses sight of those that were right, too.
  void set_back(std::uint64_t now_ms) {
    lost_max_ = std::max(lost_max_, last_);
    last_.value = now_ms << 16;
  }

  /// This stamp stands in the map, and is not acceptable yet.
  void pass_by(stamp seen) {
    lost_max_ = std::max(lost_max_, seen);
  }

  /// The greatest stamp so far, since the clock was last set back.
  stamp newest() const {
    return last_;
  }

  /// Whether there may be stamps that were passed by, or are out of sight since the clock was set back, are acceptable
  /// or will be when time has passed, and are not less than the next one. Whoever supersedes one of them has to
  /// `observe` it again.
  bool may_have_lost_sight() const {
    return last_ < lost_max_;
  }

private:
  std::uint64_t drift_max_ms_;
  stamp last_;
  stamp lost_max_;
};

} // namespace ariadne::crdt
