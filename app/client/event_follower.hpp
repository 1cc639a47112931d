#pragma once

#include "actors/handoff_messages.hpp"
#include "app/client/watch_picture.hpp"
#include "app/output/failure.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// Shows events, the oldest first; `missed`: so many before them are lost. An error ends the following.
using event_display = std::function<fallible<void>(const std::vector<handoff_event>& events, std::uint64_t missed)>;

/// Watches by way of one node, and shows what the picture lets pass, in an actor: what the node tells waits there until
/// what it has told before is shown. That takes a thread of the actor system, which needs another one.
class event_follower {
public:
  /// How many threads the scheduler of its actor system needs.
  static constexpr std::size_t threads_min = 2;

  /// How it has ended: what could not be shown, what has become of the handoff actor, or why that does not say what
  /// stands.
  struct end {
    std::optional<failure> not_shown = {};
    caf::error lost = {};
    caf::error refused = {};
  };

  /// `picture` and `show` are used in another thread, from `begin` on until this object goes.
  event_follower(caf::actor_system& system, watch_picture& picture, event_display show);
  ~event_follower();

  event_follower(const event_follower&) = delete;
  event_follower& operator=(const event_follower&) = delete;

  /// Whom the node is to tell. What it tells waits for `begin`.
  watcher_actor watcher() const;

  /// Begins to show, and to ask the node for what stands under the prefix when the picture wants that. Once.
  void begin(const state_handoff_actor& handoff, std::string prefix);

  /// Blocks until nothing more can come.
  end wait();

private:
  struct state;

  std::shared_ptr<state> state_;
  caf::actor actor_;
};

} // namespace ariadne
