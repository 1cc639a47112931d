#pragma once

#include "actors/handoff_messages.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <memory>

namespace ariadne {

enum class watched_things { nodes, keys };

/// Follows what the node of a system tells its watchers, as long as this object lives; also when the handoff actor is
/// another one meanwhile. Of nodes it is told as soon as something happens, of keys once a second at most: what happens
/// in between waits with the node, which drops the oldest where that is too much.
class event_watch {
public:
  /// Called from another thread, one at a time, never after this object is gone. Must not block.
  using taker = std::function<void(const handoff_events&)>;

  /// `system` has to outlive it.
  event_watch(caf::actor_system& system, watched_things what, taker take);
  ~event_watch();

  event_watch(const event_watch&) = delete;
  event_watch& operator=(const event_watch&) = delete;

private:
  class outlet;

  std::shared_ptr<outlet> outlet_;
  caf::actor actor_;
};

} // namespace ariadne
