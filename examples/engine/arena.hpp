#pragma once

// The engine's own actor, and the configuration of its actor system.

#include "match_session.hpp"
#include "protocol.hpp"

#include <ariadne/actors/caf_edition.hpp>
#include <ariadne/actors/supervisor.hpp>
#include <ariadne/actors/system_config.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
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

inline arena_actor::behavior_type arena(arena_actor::pointer self) {
  constexpr std::chrono::seconds timeout{10};
  return {
    [=](play_atom, const std::string& id, const std::string& move) -> caf::result<match> {
      auto answer = self->make_response_promise<match>();
      auto fail = [=](caf::error& error) mutable { answer.deliver(std::move(error)); };
      // The supervisor may have started another host since the last time.
      const auto host =
        ariadne::registered<ariadne::session_host_actor>(self->system(), to_string(ariadne::host_atom_v));
      ariadne::mail(self, ariadne::start_atom_v, std::string{"match"}, id)
        .request(host, timeout)
        .then(
          [=](const ariadne::session_place&) {
            ariadne::mail(self, ariadne::deliver_atom_v, std::string{"match"}, id, move)
              .request(host, timeout)
              .then(
                [=](const std::string& bytes) mutable {
                  match now;
                  if (auto error = ariadne::deserialise(bytes, now))
                    answer.deliver(std::move(error));
                  else
                    answer.deliver(std::move(now));
                },
                fail);
          },
          fail);
      return answer;
    },
    [](ariadne::drain_atom) { return std::vector<ariadne::leftover>{}; },
  };
}

/// What runs on each node of the engine.
inline void add_services(ariadne::supervisor_options& options) {
  ariadne::session_host_options hosting;
  hosting.kinds["match"] = ariadne::make_session_kind<match>(spawn_match);
  ariadne::add_session_host(options, hosting);
  options.services.push_back({to_string(arena_atom_v), [](caf::actor_system& system) {
                                return caf::actor_cast<ariadne::participant_actor>(system.spawn(arena));
                              }});
}

} // namespace engine
