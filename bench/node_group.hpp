#pragma once

#include "bench/cluster_file.hpp"
#include "bench/embedded_node.hpp"
#include "bench/peer_process.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::bench {

/// Node a in this process, and the others, node b first, each in its own.
class node_group {
public:
  explicit node_group(std::size_t count = 2, connections are = connections::plain);

  embedded_node& a() {
    return *a_;
  }
  peer_process& b() {
    return *b_;
  }

  void start_b();

  /// Starts node a anew, with nothing in it but what b knows.
  void restart_a();

  /// Kills node b with `signal` and waits until a knows that it is down. In milliseconds.
  double time_to_down(int signal);

private:
  cluster_file file_;
  std::unique_ptr<embedded_node> a_ = std::make_unique<embedded_node>(file_, "a");
  std::unique_ptr<peer_process> b_;
  std::vector<std::unique_ptr<peer_process>> others_;
};

} // namespace ariadne::bench
