#pragma once

#include "actors/internal/replica_messages.hpp"
#include "actors/internal/session_host_self.hpp"
#include "crdt/fenced_write.hpp"

#include <caf/actor_addr.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// The map of this node as its session host reaches it: by the handoff pair, which may end and be started anew. What an
/// earlier pair answers is void.
class session_map {
public:
  /// `answered()` is called after each answer to a write.
  session_map(session_host_self self, monitored_actors<session_host_self>& monitored, std::function<void()> answered)
    : self_(self), monitored_(monitored), answered_(std::move(answered)) {}

  /// This pair has been started. `begun()` is called once its replica is known, if it is the last one still.
  void attach(const state_handoff_actor& handoff, std::function<void()> begun);
  /// The pair has ended, or is about to be replaced.
  void lose();
  bool is_handoff(const caf::actor_addr& who) const {
    return handoff_ == who;
  }

  /// Whether there is a replica to write to, and whether `who` is it.
  bool is_there() const {
    return static_cast<bool>(replica_);
  }
  bool is_replica(const caf::strong_actor_ptr& who) const {
    return replica_ && who == replica_;
  }
  /// From now on, the replica tells of all records and reservations of sessions, and the pair of nodes.
  void watch();

  /// Calls one of both when the write is over, unless the pair has been lost meanwhile. There is a replica.
  void write(std::string key, std::string value, write_fence fence, const std::vector<crdt::dot>& expected,
             std::function<void(const crdt::fenced_result&)> done, std::function<void(const caf::error&)> failed);

  /// See session_resuming_actor. There is a replica.
  void start_alone(std::function<void(caf::expected<std::uint64_t>)> answered);
  /// What the pair knows of other nodes; nothing happens if it does not answer, or if there is none.
  void ask_for_nodes(std::function<void(const std::vector<known_node>&)> found);

private:
  session_host_self self_;
  monitored_actors<session_host_self>& monitored_;
  std::function<void()> answered_;
  node_handoff_actor handoff_;
  crdt_replica_actor replica_;
  /// Counts the pairs.
  std::uint64_t number_ = 0;
};

} // namespace ariadne
