#pragma once

// What the engine's actors say to each other, and the engine's own type IDs.

#include <ariadne/actors/protocol.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

/// The state of a match: all that has to survive.
struct match {
  std::uint64_t moves = 0;
  std::string last_move;
};

template <class Inspector>
auto inspect(Inspector& f, match& x) {
  return ariadne::inspect_fields(f, "match", x.moves, x.last_move);
}

} // namespace engine

CAF_BEGIN_TYPE_ID_BLOCK(engine, caf::first_custom_type_id)

  CAF_ADD_TYPE_ID(engine, (engine::match))

  CAF_ADD_ATOM(engine, engine, play_atom, "play")
  CAF_ADD_ATOM(engine, engine, arena_atom, "arena")

CAF_END_TYPE_ID_BLOCK(engine)

namespace engine {

/// Where players make their moves: on any node, wherever their match runs. Its name in the registry is `arena_atom`.
using arena_actor = caf::typed_actor<
  // Makes a move in a match, which begins if there is none. Answers the match as it is then.
  ariadne::answers<match, play_atom, std::string, std::string>,
  // The node stops. The arena has nothing to stash.
  ariadne::answers<std::vector<ariadne::leftover>, ariadne::drain_atom>>;

} // namespace engine
