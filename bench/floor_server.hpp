#pragma once

#include "bench/bare_actor.hpp"
#include "bench/bench_system.hpp"
#include "bench/latencies.hpp"
#include "bench/peer_process.hpp"

#include <cstddef>
#include <string>
#include <vector>

// The floors between two processes. The other side is this program itself, started as
// `ariadne_bench serve caf` or `ariadne_bench serve tcp`, which prints the port at which it listens.

namespace ariadne::bench {

/// Runs the other side until it is killed. Returns an exit code.
int serve_floor(const std::vector<std::string>& arguments);

/// A bare actor in another process.
class remote_bare_actor {
public:
  explicit remote_bare_actor(caf::actor_system& system);

  const bare_actor& handle() const {
    return handle_;
  }

private:
  peer_process process_{{"ariadne_bench", "serve", "caf"}};
  bare_actor handle_;
};

/// A TCP connection to another process, without anything else.
class remote_socket {
public:
  remote_socket();
  ~remote_socket();

  remote_socket(const remote_socket&) = delete;
  remote_socket& operator=(const remote_socket&) = delete;

  /// How long it takes to send `bytes` bytes and to get a few back, `count` times.
  latencies time_round_trips(std::size_t count, std::size_t bytes);

private:
  peer_process process_{{"ariadne_bench", "serve", "tcp"}};
  int socket_ = -1;
};

} // namespace ariadne::bench
