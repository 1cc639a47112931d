#pragma once

#include "actors/caf_edition.hpp"

#include <caf/expected.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>

#include <utility>

namespace ariadne {

/// Asks an actor as `self`, and blocks until it has answered with an `Answer` or an error, or for `time_limit`: a
/// chrono duration, or `caf::infinite`. What is asked for is dropped when `self` ends.
template <class Answer, class Actor, class TimeLimit, class... Ts>
caf::expected<Answer> ask_as(caf::scoped_actor& self, const Actor& actor, TimeLimit time_limit, Ts&&... request) {
  caf::expected<Answer> result{caf::sec::runtime_error};
  mail(self, std::forward<Ts>(request)...)
    .request(actor, time_limit)
    .receive([&](Answer& answer) { result = std::move(answer); },
             [&](caf::error& error) { result = std::move(error); });
  return result;
}

/// Asks an actor from a thread that is none, and blocks until it has answered with an `Answer` or an error, or for
/// `time_limit`: a chrono duration, or `caf::infinite`.
template <class Answer, class Actor, class TimeLimit, class... Ts>
caf::expected<Answer> ask(caf::actor_system& system, const Actor& actor, TimeLimit time_limit, Ts&&... request) {
  caf::scoped_actor self{system};
  return ask_as<Answer>(self, actor, time_limit, std::forward<Ts>(request)...);
}

} // namespace ariadne
