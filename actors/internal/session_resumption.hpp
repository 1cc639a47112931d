#pragma once

#include "actors/type_ids.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>

namespace ariadne {

/// Who has restored sessions wait until enough nodes have been met (actors/internal/cold_start.hpp): a replica, and the
/// session host of its node, for operators. Programs up to 0.3.0 know both atoms, but no such request, and answer with
/// an error.
using session_resuming_actor = caf::typed_actor<
  // Restored sessions start without a majority, once the time to wait is over. Answers in how many milliseconds that
  // is. An error, if nothing waits, or if they must not.
  answers<std::uint64_t, start_atom, expected_atom>>;

} // namespace ariadne
