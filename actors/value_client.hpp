#pragma once

#include "actors/session_messages.hpp"
#include "actors/value_messages.hpp"
#include "crdt/congestion_window.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

// Moves large values, and long messages to sessions and their answers, between this process and a node of which it is a
// client, in pieces: as many at a time as the link carries without a queue that others would notice.
//
//     caller                        value_client                     value_desk of the node
//       | -- stash, pickup, deliver --> | -- and so on: see actors/value_messages.hpp --> |
//       | <-- receipt, state, answer -- |

namespace ariadne {

struct value_client_options {
  /// Of the node: what the membership actor answers to `(get_atom, value_desk_name)`, if that is not null.
  value_desk_actor desk = {};
  /// How long the node may take for each answer; for a wait, and for a write, besides the time that these have; for
  /// what a session answers, a little longer than the time that this has, if that is more.
  std::chrono::milliseconds patience{5'000};
  crdt::congestion_limits window = {};
  /// How many bytes of how many have been moved; called from the actor's thread. With all bytes of a stash, before the
  /// node is told to write them.
  std::function<void(std::uint64_t moved, std::uint64_t total)> on_progress = [](std::uint64_t, std::uint64_t) {};
};

/// Serves a program as a handoff actor does, and as a session host. What it holds is released when it ends, if it has
/// not been discarded. A stash that fails before `on_progress` has told of all bytes has not been made; nor has a
/// message of more than `value_piece_bytes_max` been handled, or a session been started.
using value_client_actor =
  caf::typed_actor<answers<receipt, stash_atom, std::string, snapshot, write_options>,
                   // The same of a state whose bytes are the caller's, too, and stand apart from it.
                   answers<receipt, stash_atom, std::string, snapshot, shared_value, write_options>,
                   answers<pickup_result, pickup_atom, std::string, wait_options>,
                   answers<pickup_result, hold_atom, std::string, wait_options>,
                   // See session_host_actor. Messages that do not wait for each other's answers may be handled in any
                   // order.
                   answers<std::string, deliver_atom, std::string, std::string, std::string, std::uint64_t>,
                   answers<session_place, start_atom, std::string, std::string, snapshot>>;

/// It runs until it is told to exit.
value_client_actor spawn_value_client(caf::actor_system& system, value_client_options options);

} // namespace ariadne
