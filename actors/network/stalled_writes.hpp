#pragma once

#include <cstddef>
#include <cstdint>

namespace ariadne {

/// Notices that the other side of a connection takes nothing of what waits for it. Time is counted in ticks, see
/// pending_handshakes.
class stalled_writes {
public:
  /// The other side has taken something.
  void taken() {
    has_taken_ = true;
  }

  /// Returns for how many ticks the other side has taken nothing by now, although something waits for it.
  std::size_t tick(bool is_waiting) {
    ticks_ = is_waiting && !has_taken_ ? ticks_ + 1 : 0;
    has_taken_ = false;
    return ticks_;
  }

private:
  bool has_taken_ = false;
  std::size_t ticks_ = 0;
};

} // namespace ariadne
