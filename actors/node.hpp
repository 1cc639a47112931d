#pragma once

#include "actors/error.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/state_handoff.hpp"
#include "actors/supervisor.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <chrono>

// The node of an application, in an actor system of its own making, for the thread that starts and stops it.

namespace ariadne {

/// A node without a network: the handoff pair alone, found by the functions of actors/handoff_requests.hpp. It ends
/// with this object, and all that it has with it.
class lone_node {
public:
  /// Registers the handoff actor. There has to be no other in the system.
  lone_node(caf::actor_system& system, state_handoff_options options);
  ~lone_node();

  lone_node(const lone_node&) = delete;
  lone_node& operator=(const lone_node&) = delete;

private:
  caf::actor_system& system_;
  state_handoff_actor handoff_;
};

/// The signals by which a program is told to stop: SIGTERM and SIGINT. To be made before there are threads, which
/// inherit that these are blocked, so that none of them is interrupted.
class stop_signals {
public:
  stop_signals();

  /// Blocks until one of them has come, and returns which.
  int wait();
  /// Ends a `wait`, from any thread, as if SIGTERM had come.
  void wake();
};

/// How long the two halves of a drain may take.
struct stop_options {
  /// For sessions to be moved and services to stash.
  std::chrono::milliseconds stash{5'000};
  /// For the other nodes to acknowledge all that this one has.
  std::chrono::milliseconds hand_over{5'000};
};

/// A node of a cluster: a supervisor (actors/supervisor.hpp) with its children. If it is destroyed without `stop`, it
/// has crashed as far as the other nodes can tell. For one thread, which is no actor's: all functions block.
class node {
public:
  /// Starts a node, and waits until it is in service: its port is open, and all services run. It may not have caught up
  /// with the other nodes by then. An error, if the supervisor gives up before: `options.on_failure` has the reason.
  static caf::expected<node> start(caf::actor_system& system, supervisor_options options);

  node(node&& other) noexcept;
  node& operator=(node&&) = delete;
  ~node();

  /// Hands over all that the node has, tells the others that it leaves, and ends it. What could not be handed over is
  /// in the report. An error, if the handoff pair has died meanwhile. To be called once.
  caf::expected<drain_report> stop(const stop_options& options = {});

  const supervisor_actor& supervisor() const {
    return supervisor_;
  }

private:
  node(caf::actor_system& system, supervisor_actor supervisor) : system_(system), supervisor_(std::move(supervisor)) {}

  void end();

  caf::actor_system& system_;
  /// Null if it has ended.
  supervisor_actor supervisor_;
};

} // namespace ariadne
