#pragma once

// The engine's own actor, and the configuration of its actor system.

#include "protocol.hpp"

#include <ariadne/actors/error.hpp>
#include <ariadne/actors/snapshot.hpp>
#include <ariadne/actors/system_config.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace engine {

struct engine_config : caf::actor_system_config {
  engine_config() {
    ariadne::configure_with_network<caf::id_block::engine>(*this);
    ariadne::use_work_sharing(*this);
  }
};

struct arena_state {
  std::map<std::string, match> matches;
  /// While the node stops: what could not be stashed, and how many matches are being stashed.
  std::vector<ariadne::leftover> leftovers;
  std::size_t stashing = 0;
};

inline match make_move(match& played, const std::string& move) {
  ++played.moves;
  played.last_move = move;
  return played;
}

/// The match that somebody has stashed, or a new one if it is certain that nobody has.
inline caf::expected<match> resume(const ariadne::pickup_result& stashed) {
  switch (stashed.outcome) {
    case ariadne::pickup_outcome::found:
      return ariadne::restore<match>(stashed.state);
    case ariadne::pickup_outcome::absent:
      return match{};
    case ariadne::pickup_outcome::pending:
      break;
  }
  return ariadne::make_error(ariadne::ec::refused, "a node that may have the match is down");
}

inline arena_actor::behavior_type arena(arena_actor::stateful_pointer<arena_state> self) {
  using namespace std::chrono_literals;
  auto& state = self->state;
  // The supervisor may have started another one since the last time.
  auto handoff = [self] {
    return self->system().registry().get<ariadne::state_handoff_actor>(ariadne::handoff_atom_v);
  };
  return {
    [=, &state](play_atom, const std::string& id, const std::string& move) -> caf::result<match> {
      if (auto found = state.matches.find(id); found != state.matches.end())
        return make_move(found->second, move);
      auto answer = self->make_response_promise<match>();
      const ariadne::wait_options until_certain{.wait_ms = 5'000, .until = ariadne::wait_end::certainty};
      // No other message is handled until this one is answered.
      self->request(handoff(), 6s, ariadne::take_atom_v, id, until_certain)
        .await(
          [=, &state](const ariadne::pickup_result& stashed) mutable {
            if (auto resumed = resume(stashed))
              answer.deliver(make_move(state.matches[id] = *resumed, move));
            else
              answer.deliver(std::move(resumed.error()));
          },
          [=](caf::error& error) mutable { answer.deliver(std::move(error)); });
      return answer;
    },
    [=, &state](ariadne::drain_atom) -> caf::result<std::vector<ariadne::leftover>> {
      auto answer = self->make_response_promise<std::vector<ariadne::leftover>>();
      auto one_less = [&state, answer]() mutable {
        if (--state.stashing == 0)
          answer.deliver(state.leftovers);
      };
      state.stashing = 1;
      for (const auto& [id, played] : std::exchange(state.matches, {})) {
        ++state.stashing;
        self->request(handoff(), 6s, ariadne::stash_atom_v, id, *ariadne::make_snapshot(played))
          .then([=](const ariadne::receipt&) mutable { one_less(); },
                [=, &state, id = id](const caf::error& error) mutable {
                  state.leftovers.push_back({id, ariadne::describe(error)});
                  one_less();
                });
      }
      one_less();
      return answer;
    },
  };
}

/// A service of its node, named `arena_atom`.
inline ariadne::participant_actor spawn_arena(caf::actor_system& system) {
  return caf::actor_cast<ariadne::participant_actor>(system.spawn(arena));
}

} // namespace engine
