#include "app/minotaur/turn_record.hpp"

namespace ariadne::minotaur {

namespace {

constexpr std::uint64_t remembered = 64;

} // namespace

turn_verdict judge(const turn_record& turns, std::uint64_t turn) {
  if (turn > turns.last)
    return turn_verdict::taken;
  const auto age = turns.last - turn;
  return age < remembered && (turns.recent >> age & 1) == 1 ? turn_verdict::repeated : turn_verdict::stale;
}

void note(turn_record& turns, std::uint64_t turn) {
  if (turn <= turns.last) {
    ++turns.repeats;
    return;
  }
  const auto step = turn - turns.last;
  turns.recent = (step < remembered ? turns.recent << step : 0) | 1;
  turns.last = turn;
}

} // namespace ariadne::minotaur
