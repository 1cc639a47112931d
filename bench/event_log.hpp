#pragma once

#include "actors/handoff_messages.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace ariadne::bench {

/// What a handoff actor tells of nodes that come and go, and when it came in.
class event_log {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Watches `whom`.
  event_log(caf::actor_system& system, const state_handoff_actor& whom);
  ~event_log();

  event_log(const event_log&) = delete;
  event_log& operator=(const event_log&) = delete;

  /// When the event came in; waits for it, and forgets it. Throws std::runtime_error if it does not come within a
  /// minute.
  time_point wait_for(handoff_event_kind kind, const std::string& subject);

private:
  /// Outlives this object in the actor that watches.
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::pair<handoff_event_kind, std::string>, time_point> events;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
  watcher_actor watcher_;
};

} // namespace ariadne::bench
