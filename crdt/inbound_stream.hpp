#pragma once

#include "crdt/refused_registers.hpp"
#include "crdt/version_vector.hpp"

#include <cstdint>

namespace ariadne::crdt {

/// The receiving side of one link: one stream of deltas and pieces, taken in their turns. Once one is missing, or what
/// has come in cannot be joined, the stream is *void*: nothing of it counts any more, and a new one has to be named.
struct inbound_stream {
  /// As named in our hello; 0 before the first one, and while the stream is void and waits for a new name.
  std::uint64_t id = 0;
  /// The number of the next delta, if none is lost.
  std::uint64_t next_number = 1;
  /// The number of the next piece, likewise, and how many deltas and pieces have come in.
  std::uint64_t next_piece = 1;
  std::uint64_t arrived = 0;
  /// A register has come in to which a value is lacking.
  bool lacks_value = false;
  /// When the last delta or piece came in.
  std::uint64_t progress_ms = 0;
  /// All deltas up to this number have come in, and count in full.
  std::uint64_t acknowledged = 0;
  /// What the cuts of complete batches cover. It counts when no full state of this stream is being swept.
  version_vector cut;
  /// Registers of the batch that comes in have changed here. Those that the cut does not cover, or all of them if the
  /// link closes before the cut, have to be forwarded (invariant I3).
  bool changed_registers = false;
  /// What of it is not taken in, and which cuts therefore do not count.
  refused_registers refused;

  /// Whether a delta, or a piece, of the stream has been lost before the one of this number.
  bool has_lost_delta_before(std::uint64_t stream, std::uint64_t number) const {
    return stream == id && number > next_number;
  }
  bool has_lost_piece_before(std::uint64_t stream, std::uint64_t number) const {
    return stream == id && number > next_piece;
  }

  /// Takes a delta, or a piece, if it is its turn. Returns whether it is.
  bool take_delta(std::uint64_t stream, std::uint64_t number, std::uint64_t now_ms) {
    return take(next_number, stream, number, now_ms);
  }
  bool take_piece(std::uint64_t stream, std::uint64_t number, std::uint64_t now_ms) {
    return take(next_piece, stream, number, now_ms);
  }

  /// Makes the stream void. That registers have changed is still so.
  void clear() {
    const auto is_orphaned = changed_registers;
    *this = {};
    changed_registers = is_orphaned;
  }

private:
  bool take(std::uint64_t& next, std::uint64_t stream, std::uint64_t number, std::uint64_t now_ms) {
    // Nothing comes in over a stream that is void, whatever a frame calls it.
    if (id == 0 || stream != id || number != next)
      return false;
    ++next;
    ++arrived;
    progress_ms = now_ms;
    return true;
  }
};

} // namespace ariadne::crdt
