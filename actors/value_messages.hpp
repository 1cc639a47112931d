#pragma once

// What a client and a node say to each other to move in pieces what is large, a value or a message to a session and its
// answer: message structs and typed handles, beside those of actors/protocol.hpp. Nodes and clients of before
// know none of it; a client of one that has no value desk moves all that whole.
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
//
//                                                      session_courier                 session_host
//       | -- deliver, session, length -> | -- spawns ----> |
//       | <-- its handle --------------- |                 |
//       | -- put, offset, bytes, and so on, as above ----> |
//       | -- deliver ------------------------------------> | -- deliver, message ------> |
//       | <-- value_opening: the answer's first bytes ---- | <-- answer ---------------- |
//       | -- get, offset, bytes, and so on, as above ----> |

#include "actors/handoff_messages.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace ariadne {

/// A piece of a value has at most so many bytes; a value that has no more travels whole.
inline constexpr std::size_t value_piece_bytes_max = std::size_t{64} << 10;

/// A value that the actors of one process hand on without a copy of its own for each.
struct shared_value {
  crdt::shared_bytes bytes;

  template <class Inspector>
  friend auto inspect(Inspector& f, shared_value& x) {
    std::string bytes{x.bytes.view()};
    if constexpr (is_loading<Inspector>) {
      auto result = inspect_fields(f, "shared_value", bytes);
      x.bytes = crdt::shared_bytes{bytes};
      return result;
    } else {
      return inspect_fields(f, "shared_value", bytes);
    }
  }
};

/// The beginning of a value that is read.
struct value_opening {
  /// `state` has the first bytes, of `total_bytes`. The answer of a session stands there, too, without an event.
  pickup_result found;
  std::uint64_t total_bytes = 0;
  /// A `value_reader_actor`, which has the rest; null if there is none, and nothing is held.
  caf::strong_actor_ptr reader;

  template <class Inspector>
  friend auto inspect(Inspector& f, value_opening& x) {
    return inspect_fields(f, "value_opening", x.found, x.total_bytes, x.reader);
  }
};

/// The actor of a node that clients move large values by. It is registered as `value_desk_name`.
using value_desk_actor = caf::typed_actor<
  // Reads the state under the key, or holds it: see state_handoff_actor. What is held is released when the reader ends.
  answers<value_opening, pickup_atom, std::string, wait_options>,
  answers<value_opening, hold_atom, std::string, wait_options>,
  // A state of so many bytes is to be stashed under the key; of `state`, the bytes come later. Answers a
  // `value_writer_actor`.
  answers<caf::strong_actor_ptr, stash_atom, std::string, snapshot, std::uint64_t>,
  // Has the session of this kind and id handle a message, as session_host_actor does; or a message of so many bytes,
  // which come later. Answers a `session_courier_actor` then.
  answers<value_opening, deliver_atom, std::string, std::string, std::string, std::uint64_t>,
  answers<caf::strong_actor_ptr, deliver_atom, std::string, std::string, std::uint64_t>,
  // The session is to be started from a state of so many bytes; of `state`, they come later.
  answers<caf::strong_actor_ptr, start_atom, std::string, std::string, snapshot, std::uint64_t>>;

inline constexpr auto value_desk_name = "valuedesk";

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_values, caf::id_block::ariadne::end)

  CAF_ADD_TYPE_ID(ariadne_values, (ariadne::value_opening))
  CAF_ADD_TYPE_ID(ariadne_values, (ariadne::shared_value))

CAF_END_TYPE_ID_BLOCK(ariadne_values)

static_assert(caf::id_block::ariadne_values::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");
