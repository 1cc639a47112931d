#pragma once

// What a client and a node say to each other to move a large value in pieces: message structs and typed handles, as
// actors/protocol.hpp has them for all else. Nodes and clients of before know none of it; a client of one that has no
// value desk moves values whole.
//
//     value_client                   value_desk        value_reader                    crdt_replica
//       | -- pickup, key ------------> | -- delegates ---> | -- get, key --------------> |
//       | <-- value_opening: its first bytes ------------- | <-- the value, shared ----- |
//       | -- get, offset, bytes -------------------------> |
//       | <-- bytes -------------------------------------- |       as many at a time as the link carries
//
//                                                      value_writer                    state_handoff
//       | -- stash, key, length -----> | -- spawns ------> |
//       | <-- its handle ------------- |                   |
//       | -- put, offset, bytes -------------------------> |
//       | <-- how much there is -------------------------- |
//       | -- stash --------------------------------------> | -- stash, key, state -----> |
//       | <-- receipt ------------------------------------------------------------------ |

#include "actors/protocol.hpp"

namespace ariadne {

/// A piece of a value has at most so many bytes; a value that has no more travels whole.
inline constexpr std::size_t value_piece_bytes_max = std::size_t{64} << 10;

/// The beginning of a value that is read.
struct value_opening {
  /// `state` has the first bytes, of `total_bytes`.
  pickup_result found;
  std::uint64_t total_bytes = 0;
  /// A `value_reader_actor`, which has the rest; null if there is none, and nothing is held.
  caf::strong_actor_ptr reader;
};

template <class Inspector>
auto inspect(Inspector& f, value_opening& x) {
  return inspect_fields(f, "value_opening", x.found, x.total_bytes, x.reader);
}

/// Has one value, as it was when it was opened, whatever becomes of the key. Ends when whoever has opened it does, or
/// has not asked for anything for `value_desk_options::idle_max`.
using value_reader_actor = caf::typed_actor<
  // The bytes of the state from this offset on: so many, or `value_piece_bytes_max`, or what is left.
  answers<std::string, get_atom, std::uint64_t, std::uint64_t>>;

/// Takes in one value. Nothing of it is in the map before it is committed. Ends as a value_reader does, and once it has
/// answered the commit.
using value_writer_actor = caf::typed_actor<
  // The next bytes of the state, which belong to this offset. Answers how many there are now.
  answers<std::uint64_t, put_atom, std::uint64_t, std::string>,
  // That was all: stashes the state, as state_handoff_actor does.
  answers<receipt, stash_atom, write_options>>;

/// The actor of a node that clients move large values by. It is registered as `value_desk_name`.
using value_desk_actor = caf::typed_actor<
  // Reads the state under the key, or holds it: see state_handoff_actor. What is held is released when the reader ends.
  answers<value_opening, pickup_atom, std::string, wait_options>,
  answers<value_opening, hold_atom, std::string, wait_options>,
  // A state of so many bytes is to be stashed under the key; of `state`, the bytes come later. Answers a
  // `value_writer_actor`.
  answers<caf::strong_actor_ptr, stash_atom, std::string, snapshot, std::uint64_t>>;

inline constexpr auto value_desk_name = "valuedesk";

/// The part of the replica that serves the desk.
using value_holding_actor = crdt_replica_actor::extend<
  // Reads the key as `get_atom` does, and holds the state as `hold_atom` does.
  answers<map_entry, get_atom, hold_atom, std::string, wait_options>>;

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_values, caf::id_block::ariadne::end)

  CAF_ADD_TYPE_ID(ariadne_values, (ariadne::value_opening))

CAF_END_TYPE_ID_BLOCK(ariadne_values)

static_assert(caf::id_block::ariadne_values::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");
