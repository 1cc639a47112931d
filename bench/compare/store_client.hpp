#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace ariadne::bench {

/// A client of a key-value store: requests go out, and are answered in their order.
class store_client {
public:
  virtual ~store_client() = default;

  /// Sends a request to put `value` under `key`.
  virtual void send_put(const std::string& key, const std::string& value) = 0;

  /// Waits for the answer to the oldest request that is not answered. Throws std::runtime_error if it is an error.
  virtual void await_answer() = 0;

  /// Waits until everything that has been answered is as safe as it gets.
  virtual void settle() {}

  /// How many requests may be sent before the first is answered; 1: the protocol has no pipelining.
  virtual unsigned window() const {
    return 512;
  }
};

/// When a Redis client waits until a replica has what it has written.
enum class redis_wait { never, at_the_end, at_each_put };

std::unique_ptr<store_client> connect_to_redis(std::uint16_t port, redis_wait wait);

/// NATS: a JetStream key-value bucket in files with three replicas, which is made if need be.
std::unique_ptr<store_client> connect_to_nats(std::uint16_t port);

/// etcd, by its HTTP gateway.
std::unique_ptr<store_client> connect_to_etcd(std::uint16_t port);

/// Makes the Redis server at `replica` a replica of the one at `master`. Returns the seconds until it has everything.
double redis_resync_seconds(std::uint16_t master, std::uint16_t replica);

} // namespace ariadne::bench
