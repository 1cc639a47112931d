#pragma once

// One match, as a session: the host of some node runs it, and moves it with its state.

#include "protocol.hpp"

#include <ariadne/actors/caf_edition.hpp>
#include <ariadne/actors/session_host.hpp>
#include <ariadne/actors/snapshot.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>
#include <string>
#include <utility>

namespace engine {

inline ariadne::session_actor::behavior_type match_session(ariadne::session_actor::stateful_pointer<match> self,
                                                           ariadne::session_start start, match begun) {
  auto& state = ariadne::state_of(self);
  state = std::move(begun);
  return {
    [&state, start = std::move(start)](ariadne::deliver_atom, const std::string& move) -> caf::result<std::string> {
      ++state.moves;
      state.last_move = move;
      auto now = ariadne::make_snapshot(state);
      if (!now)
        return std::move(now.error());
      // The state that another node goes on with if this one dies.
      start.checkpoint(*now);
      return std::move(now->bytes);
    },
    [&state](ariadne::snapshot_atom) -> caf::result<ariadne::snapshot> { return ariadne::make_snapshot(state); },
    [self, &state](ariadne::stop_atom) -> caf::result<ariadne::snapshot> {
      self->quit();
      return ariadne::make_snapshot(state);
    },
  };
}

/// Starts a match from its state, or from none.
inline ariadne::session_actor spawn_match(caf::actor_system& system, ariadne::session_start start,
                                          std::optional<match> state) {
  return system.spawn(match_session, std::move(start), state.value_or(match{}));
}

} // namespace engine
