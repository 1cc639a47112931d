#pragma once

// Those who move what is large piece by piece, on the side of the node: see actors/value_messages.hpp.

#include "actors/internal/replica_messages.hpp"
#include "actors/session_messages.hpp"
#include "actors/value_messages.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

namespace ariadne {

/// Has one value, as it was when it was opened, whatever becomes of the key. Ends when whoever has opened it does, or
/// has not asked for anything for `value_desk_options::idle_max`.
using value_reader_actor = caf::typed_actor<
  // The bytes of the state from this offset on: so many, or `value_piece_bytes_max`, or what is left.
  answers<std::string, get_atom, std::uint64_t, std::uint64_t>>;

/// Takes in what a client sends.
using piece_taker_actor = caf::typed_actor<
  // The next bytes, which belong to this offset. Answers how many there are now. With none, asks whether it is there
  // still, while it does what was to be done with all of them.
  answers<std::uint64_t, put_atom, std::uint64_t, std::string>>;

/// Takes in one value. Nothing of it is in the map before it is committed. Ends as a value_reader does, and once it has
/// answered the commit.
using value_writer_actor = piece_taker_actor::extend<
  // That was all: stashes the state, see value_stashing_actor.
  answers<receipt, stash_atom, write_options>>;

/// Takes in one message to a session, or the state to start one from. Nothing of it is done before all of it has come.
/// Ends as a value_reader does, and once its last answer has been given. Times are in milliseconds, as
/// session_host_actor has them.
using session_courier_actor = piece_taker_actor::extend<
  // That was all: has the session handle the message. Of its answer, this actor is the reader.
  answers<value_opening, deliver_atom, std::uint64_t>,
  // That was all: starts the session from the state.
  answers<session_place, start_atom>,
  // See value_reader_actor.
  answers<std::string, get_atom, std::uint64_t, std::uint64_t>>;

/// The part of the handoff actor that serves the desk.
using value_stashing_actor = node_handoff_actor::extend<
  // Stashes what `encode_snapshot` makes of a state. The time of the write counts from the last piece of it on that
  // another node has taken.
  answers<receipt, stash_atom, std::string, shared_value, write_options>>;

/// The part of the replica that serves the desk, and the handoff actor.
using value_holding_actor = crdt_replica_actor::extend<
  // Reads the key as `get_atom` does, and holds the state as `hold_atom` does.
  answers<map_entry, get_atom, hold_atom, std::string, wait_options>,
  // Writes the value under the key as it does a copied one; whether the time of the write counts from the last piece of
  // it on that another node has taken.
  answers<receipt, put_atom, std::string, shared_value, write_options, bool>>;

} // namespace ariadne
