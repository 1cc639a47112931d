#pragma once

// What the engine keeps alive, what it understands, and what runs on each of its nodes.

#include <ariadne/ariadne.hpp>

#include <cstdint>
#include <string>

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
CAF_END_TYPE_ID_BLOCK(engine)

namespace engine {

/// How players talk to a match, wherever it runs.
using match_actor = caf::typed_actor<
  // Makes a move. Answers the match as it is then.
  ariadne::answers<match, play_atom, std::string>>;

inline match_actor::behavior_type run_match(ariadne::session_of<match> match) {
  return {
    [match](play_atom, const std::string& move) {
      ++match->moves;
      match->last_move = move;
      return *match;
    },
  };
}

struct engine_config : caf::actor_system_config {
  engine_config() {
    ariadne::configure_with_network<caf::id_block::engine>(*this);
    ariadne::use_work_sharing(*this);
  }
};

/// What runs on each node of the engine.
inline void add_matches(ariadne::supervisor_options& options, ariadne::session_host_options hosting = {}) {
  hosting.kinds["match"] = ariadne::session_kind_of<match_actor, match>(run_match);
  ariadne::add_session_host(options, hosting);
}

} // namespace engine
