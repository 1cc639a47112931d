#pragma once

#include "actors/supervisor.hpp"

#include <chrono>

namespace ariadne {

/// Whether the supervisor of a node answers within `patience`, whatever it says: the process has not got stuck. Looks
/// at nothing else, and at no other node. Blocks.
bool is_alive(caf::actor_system& system, const supervisor_actor& supervisor, std::chrono::milliseconds patience);

} // namespace ariadne
