#pragma once

#include "actors/internal/host_messages.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/storage_messages.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>

namespace ariadne {

/// The actor of actors/internal/crdt_replica.hpp, with what itself and its own node send it.
using ticking_crdt_replica_actor = value_holding_actor::extend<
  // From a node of release 0.2.0.
  answers<session_peer, host_atom>,
  // From the session host of this node: see session_resuming_actor.
  answers<std::uint64_t, start_atom, expected_atom>,
  // From the storage of this node: a fault of the disk is over.
  takes<journal_answer>,
  // Time has passed.
  takes<tick_atom>,
  // A long walk of the core goes on, after the messages that came in between.
  takes<work_atom>>;

using crdt_replica_self = ticking_crdt_replica_actor::pointer;

} // namespace ariadne
