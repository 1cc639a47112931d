#pragma once

#include "actors/asker.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <utility>

namespace ariadne {

/// Asks an actor once from a thread that is none, as `asker` does: blocks until there is an answer, or for
/// `time_limit`.
template <class Answer, class Actor, class TimeLimit, class... Ts>
caf::expected<Answer> ask(caf::actor_system& system, const Actor& actor, TimeLimit time_limit, Ts&&... request) {
  asker self{system};
  return self.ask<Answer>(actor, time_limit, std::forward<Ts>(request)...);
}

} // namespace ariadne
