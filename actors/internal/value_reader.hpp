#pragma once

#include "actors/answer_budget.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <memory>

namespace ariadne {

/// What the desk passes on to a reader: the first message that it gets.
using value_opener_actor = value_reader_actor::extend<
  // See value_desk_actor.
  answers<value_opening, pickup_atom, std::string, wait_options>,
  answers<value_opening, hold_atom, std::string, wait_options>>;

/// Reads one value from the replica. `answers`: what it keeps for a client of another node is counted there.
value_opener_actor spawn_value_reader(caf::actor_system& system, crdt_replica_actor replica,
                                      std::shared_ptr<answer_budget> answers, std::chrono::milliseconds idle_max);

} // namespace ariadne
