#pragma once

#include "actors/handoff_messages.hpp"

#include <caf/actor_system.hpp>

namespace ariadne::bench {

/// Answers the messages of a handoff actor, and does nothing else: the floor below it.
using bare_actor =
  caf::typed_actor<answers<receipt, stash_atom, std::string, snapshot>, answers<bool, discard_atom, std::string>>;

bare_actor spawn_bare_actor(caf::actor_system& system);

} // namespace ariadne::bench
