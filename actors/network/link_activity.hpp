#pragma once

#include <caf/actor_system.hpp>
#include <caf/node_id.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace ariadne {

/// What the kernel has seen of a connection, whole messages or parts of them.
struct link_activity {
  /// When bytes have last come in.
  std::chrono::steady_clock::time_point received;
  /// How many packets of this side the other side's kernel has acknowledged, also while it lacks one before them.
  std::uint32_t acknowledged_packets = 0;
  /// How long the kernel waits for an acknowledgement before it sends a packet again for the first time (RFC
  /// 6298, 2.3).
  std::chrono::microseconds retransmission_time{};
  /// When this was seen.
  std::chrono::steady_clock::time_point seen;
};

/// Looks at the connection to another node, in the thread of the multiplexer, which alone knows whether it is still
/// open. The functions are for one thread, whichever that is; none of them waits.
class link_probe {
public:
  /// Looks again, if it is not being looked already.
  void begin(caf::actor_system& system, const caf::node_id& node);

  /// Whether it is being looked. Where that takes long, the thread of the multiplexer is busy, and hears nobody.
  bool is_looking() const;

  /// What was seen last, once; nothing if there was no connection.
  std::optional<link_activity> take();

private:
  struct findings {
    std::mutex mutex;
    bool is_looking = false;
    std::optional<link_activity> seen;
  };

  std::shared_ptr<findings> findings_ = std::make_shared<findings>();
};

} // namespace ariadne
