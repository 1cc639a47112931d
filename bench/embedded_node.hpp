#pragma once

#include "actors/handoff_messages.hpp"
#include "actors/supervisor.hpp"
#include "bench/bench_system.hpp"
#include "bench/cluster_file.hpp"
#include "bench/event_log.hpp"
#include "bench/latencies.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::bench {

/// A node of a cluster in this process, as an application embeds it.
class embedded_node {
public:
  /// Starts the node `name` of the file. Throws std::runtime_error.
  embedded_node(const cluster_file& file, const std::string& name);
  ~embedded_node();

  embedded_node(const embedded_node&) = delete;
  embedded_node& operator=(const embedded_node&) = delete;

  caf::actor_system& system() {
    return bench_.system();
  }
  const state_handoff_actor& handoff() const {
    return handoff_;
  }
  const supervisor_actor& supervisor() const {
    return supervisor_;
  }
  event_log& events() {
    return *events_;
  }

  /// Stashes `state` under each of `keys` with the write concern `local`, and waits for none but the last.
  void stash_all(const std::vector<std::string>& keys, const snapshot& state);

  /// Stashes `state` under `key`, and waits for the receipt. Throws std::runtime_error for an error.
  void stash(const std::string& key, const snapshot& state, concern_level level);

  /// How long each of `count` stashes takes that an actor makes one after the other.
  latencies time_stashes(const std::vector<std::string>& keys, const snapshot& state, std::size_t count,
                         const write_options& options);

  /// Hands over everything. Throws std::runtime_error if that is not complete.
  void drain();

private:
  bench_system bench_;
  supervisor_actor supervisor_;
  state_handoff_actor handoff_;
  std::unique_ptr<event_log> events_;
};

/// The bytes that all TCP connections of this process have carried so far, in both directions.
std::uint64_t tcp_bytes();

/// A snapshot of `bytes` bytes.
snapshot make_state(std::size_t bytes);

} // namespace ariadne::bench
