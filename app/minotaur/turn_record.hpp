#pragma once

#include <cstdint>

namespace ariadne::minotaur {

enum class turn_verdict : std::uint8_t {
  /// A new one: it counts.
  taken,
  /// It has been taken before, and comes again.
  repeated,
  /// A later one has been taken, or it is so old that it cannot be told whether it has.
  stale,
};

/// Which of its turns a player has taken. Players number their turns, so that a game takes up each once, however often
/// it is told, and none that comes too late.
struct turn_record {
  /// 0 before the first one.
  std::uint64_t last = 0;
  /// Bit i is set if turn `last - i` has been taken.
  std::uint64_t recent = 0;
  /// How many came again.
  std::uint64_t repeats = 0;
  friend bool operator==(const turn_record&, const turn_record&) = default;
};

/// What becomes of this turn, which is not 0.
turn_verdict judge(const turn_record& turns, std::uint64_t turn);

/// Notes a turn that is `taken` or `repeated`.
void note(turn_record& turns, std::uint64_t turn);

} // namespace ariadne::minotaur
