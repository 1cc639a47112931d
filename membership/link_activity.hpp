#pragma once

#include "membership/instant.hpp"

#include <chrono>
#include <cstdint>

namespace ariadne::membership {

/// What the kernel has seen of a connection, whole messages or parts of them.
struct link_activity {
  /// When bytes have last come in.
  instant received;
  /// How many packets of this side the other side's kernel has acknowledged, also while it lacks one before them.
  std::uint32_t acknowledged_packets = 0;
  /// How long the kernel waits for an acknowledgement before it sends a packet again for the first time (RFC
  /// 6298, 2.3).
  std::chrono::microseconds retransmission_time{};
  /// When this was seen.
  instant seen;
};

} // namespace ariadne::membership
