#pragma once

#include "actors/internal/host_messages.hpp"
#include "actors/internal/live_feeds.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/replica_messages.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace ariadne {

/// The actor of actors/session_host.hpp, with what operators, itself and its own node send it.
using ticking_session_host_actor = peer_host_actor::extend<
  // From an operator: see session_resuming_actor.
  answers<std::uint64_t, start_atom, expected_atom>,
  // Time has passed.
  takes<tick_atom>,
  // What is done in steps goes on.
  takes<work_atom>,
  // What the replica tells of records.
  takes<live_changes>,
  // What the handoff pair tells of nodes.
  takes<handoff_events>>;

using session_host_self = ticking_session_host_actor::pointer;

} // namespace ariadne
