#pragma once

#include "actors/handoff_messages.hpp"

namespace ariadne {

/// Whoever keeps the services of a node running: the supervisor. Not sent in messages.
using service_keeper_actor = caf::typed_actor<
  // The node drains. From now on nothing is started anew. Has the services stash and stop, in this time (in
  // milliseconds) at most, and answers what could not be stashed, and what has died.
  answers<std::vector<leftover>, drain_atom, std::uint64_t>>;

} // namespace ariadne
