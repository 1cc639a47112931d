#include "ops/liveness.hpp"

#include "actors/ask.hpp"

namespace ariadne {

bool is_alive(caf::actor_system& system, const supervisor_actor& supervisor, std::chrono::milliseconds patience) {
  const auto answer = ask<state_handoff_actor>(system, supervisor, patience, handoff_atom_v);
  // An error of the supervisor's own is an answer, too: a node that stops has no handoff actor.
  return answer || !(answer.error() == caf::sec::request_timeout || is_contact_lost(answer.error()));
}

} // namespace ariadne
