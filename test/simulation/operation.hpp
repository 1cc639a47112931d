#pragma once

#include <cstddef>
#include <cstdint>

namespace ariadne::simulation {

/// One step of a schedule. It says all that is needed to play it again, on its own: an operation that makes no sense in
/// the state that it meets (since the ones before it were removed) does nothing.
struct operation {
  enum class action : std::uint8_t {
    put,
    erase,
    deliver,
    tick,
    work,
    open,
    close,
    set_push,
    block,
    set_clock,
    set_members,
    crash,
    start,
    commit,
    blackout,
  };

  action what = action::tick;
  /// The slot that acts. For deliver and block, the one that sends.
  std::uint8_t slot = 0;
  /// The slot at the other end of the link, where there is one.
  std::uint8_t peer = 0;
  /// Which of the links between the two, from the newest, 0, on.
  std::uint8_t age = 0;
  /// put, erase: the key. deliver: the position in the queue. open: pushes, as bits (slot's end, peer's end, peer opens
  /// late). set_push, block: on or off. set_clock: milliseconds ahead of the true time, as a
  /// signed number. set_members: slots, as bits. commit: how many registers. blackout: the slots that start again, as
  /// bits.
  std::uint32_t argument = 0;
  /// put: milliseconds until the entry expires, or 0. erase: 0 for all that stands, or which of the live entries alone,
  /// from 1 on. deliver: 0 takes the frame off the queue, 1 leaves it there to be delivered again, 2 loses it.
  /// crash, blackout: 1 if the power goes, too; and for crash, from the second bit on, what happens to the disk then.
  /// commit: 1 for an error of the disk, 2 for the end of the process meanwhile.
  /// set_clock: the rate from then on, in percent of the true one, less 100.
  std::uint32_t detail = 0;
  /// How long before it the true time passes.
  std::uint32_t elapsed_ms = 0;
};

/// A slot, or the age of a link, as an operation holds it.
inline std::uint8_t narrow(std::size_t n) {
  return static_cast<std::uint8_t>(n);
}

} // namespace ariadne::simulation
