#pragma once

#include <cstddef>
#include <cstdint>

namespace ariadne {

/// Notices that the other side of a connection takes next to nothing of what waits for it: one that takes a byte now
/// and then keeps as much memory for as long. Time is counted in ticks, see pending_handshakes.
class stalled_writes {
public:
  /// What counts as something: a line of a megabit a second carries it in half a second.
  static constexpr std::size_t least_bytes = std::size_t{64} << 10;

  /// The other side has taken so much.
  void taken(std::size_t bytes) {
    taken_ += bytes;
  }

  /// Returns for how many ticks the other side has taken less than `least_bytes` in all by now, although something
  /// waits for it.
  std::size_t tick(bool is_waiting) {
    if (is_waiting && taken_ < least_bytes)
      return ++ticks_;
    taken_ = 0;
    return ticks_ = 0;
  }

private:
  std::size_t taken_ = 0;
  std::size_t ticks_ = 0;
};

} // namespace ariadne
