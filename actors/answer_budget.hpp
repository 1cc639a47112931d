#pragma once

#include "actors/write_backlog.hpp"

#include <caf/node_id.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace ariadne {

struct answer_limits {
  /// What may wait for one client: the largest value, and 16 MiB.
  std::size_t client_bytes_max = std::size_t{32} << 20;
  /// What may wait for all clients together.
  std::size_t total_bytes_max = std::size_t{256} << 20;
};

/// The memory that answers take which clients have not taken yet: a client that asks and does not read would have it
/// grow without a bound. Counted from where an answer is made until the last byte has left the process: first as
/// charged, then, once CAF has put it into the buffer of the connection, as the backlog of that.
///
/// Clients are told apart by their node: all actors of a client share its connection. Actors of this process take no
/// part. Thread-safe.
class answer_budget {
public:
  explicit answer_budget(answer_limits limits = {}, write_backlog& backlog = write_backlog::of_process())
    : limits_(limits), backlog_(backlog) {}

  /// The one of this process, which is what the limits protect.
  static const std::shared_ptr<answer_budget>& of_process();

  void set_limits(const answer_limits& limits);

  /// Whether an answer of so many bytes may be made for the client; if so, it is charged.
  [[nodiscard]] bool charge(const caf::node_id& client, std::size_t bytes);

  /// Whether an answer may be made of which it is not known how long it will be.
  bool has_room(const caf::node_id& client) const;

  /// What was charged is in the buffer of the client's connection now; without one, it is dropped.
  void handed_over(const caf::node_id& client, std::size_t bytes, std::optional<std::int64_t> connection);

  /// What was charged is not going to be sent.
  void release(const caf::node_id& client, std::size_t bytes);

  /// What waits for one client, and for all that have been charged for something.
  std::size_t waiting_for(const caf::node_id& client) const;
  std::size_t waiting() const;

private:
  struct client {
    std::size_t charged = 0;
    std::optional<std::int64_t> connection;
  };

  std::size_t waiting_for(const client& c) const {
    return c.charged + (c.connection ? backlog_.of(*c.connection) : 0);
  }
  std::size_t sum() const;
  void forget_idle();

  mutable std::mutex mutex_;
  answer_limits limits_;
  write_backlog& backlog_;
  std::map<caf::node_id, client> clients_;
};

} // namespace ariadne
