#pragma once

#include <chrono>
#include <cstddef>

namespace ariadne {

/// How many requests may wait. A client on another node, or a program that is connected, is all that comes over its
/// connection; a client on this node is one actor.
struct request_quota {
  std::size_t per_client = 0;
  /// Those of other nodes and of programs never take more than three quarters of it: the rest is this node's own.
  std::size_t all = 0;
};

/// What may wait on an actor for an answer. A request beyond a limit is refused with an error, and has no effect.
struct request_limits {
  /// No request may ask to wait for longer.
  std::chrono::milliseconds wait_max = std::chrono::hours{24};
  /// Reads that wait for their key, and drains; on a session host, all that is asked of it.
  request_quota requests{16'384, 65'536};
  /// Writes that wait for their concern to be met.
  request_quota writes{131'072, 524'288};
  request_quota watches{128, 2'048};
  /// Of the prefixes that are watched, in all, and by one client on another node or in another program.
  std::size_t watched_bytes_max = std::size_t{4} << 20;
  std::size_t client_watched_bytes_max = std::size_t{256} << 10;
  /// For how long a state is held for one that takes it, and may have stopped for good.
  std::chrono::milliseconds hold_max{2'000};
};

} // namespace ariadne
