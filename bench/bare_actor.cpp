#include "bench/bare_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace ariadne::bench {

bare_actor spawn_bare_actor(caf::actor_system& system) {
  return system.spawn([]() -> bare_actor::behavior_type {
    return {
      [](stash_atom, const std::string&, const snapshot&) {
        return receipt{{1, 1}, {1}};
      },
      [](discard_atom, const std::string&) { return false; },
    };
  });
}

} // namespace ariadne::bench
