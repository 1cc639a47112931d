#pragma once

// The messages and handles of the sample game, with a block of type IDs behind that of the library.

#include "actors/protocol.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/game.hpp"

template <>
struct ariadne::snapshot_traits<ariadne::minotaur::game_v1> {
  static constexpr std::string_view type_name = "minotaur game";
  static constexpr std::uint32_t schema_version = 1;
};

template <>
struct ariadne::snapshot_traits<ariadne::minotaur::game> {
  static constexpr std::string_view type_name = "minotaur game";
  static constexpr std::uint32_t schema_version = 2;
};

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_minotaur, ::ariadne::end_of_type_ids)

  CAF_ADD_TYPE_ID(ariadne_minotaur, (ariadne::minotaur::action))
  CAF_ADD_TYPE_ID(ariadne_minotaur, (ariadne::minotaur::game))

  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, start_atom, "start")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, resume_atom, "resume")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, show_atom, "show")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, stop_atom, "stop")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, act_atom, "act")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, round_atom, "round")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, retry_atom, "retry")
  CAF_ADD_ATOM(ariadne_minotaur, ariadne::minotaur, minotaur_atom, "minotaur")

CAF_END_TYPE_ID_BLOCK(ariadne_minotaur)

namespace ariadne::minotaur {

/// The actor that plays one game (app/minotaur/session.hpp).
using session_actor = caf::typed_actor<
  // Picks up the game, or begins it, and plays on. Answers it as it is then.
  answers<game, start_atom>,
  // The game as it is now.
  answers<game, show_atom>,
  // Registers what a player does at the end of this round. Answers false if the rules forbid it.
  answers<bool, act_atom, std::string, action>,
  // Stashes the game, answers it as it was stashed, and ends. If it cannot be stashed: an error, and the game goes on.
  answers<game, stop_atom>>;

/// The actor that hosts the games of one node (app/minotaur/host.hpp). Its name in the registry is `minotaur_atom`.
using host_actor = caf::typed_actor<
  // Starts a session of the game, new unless somebody has stashed it. Answers the game.
  answers<game, start_atom, std::string>,
  // Starts a session of a game that somebody has stashed. Answers the game.
  answers<game, resume_atom, std::string>,
  // The game as it is now, if it is played here.
  answers<game, show_atom, std::string>,
  // Stashes the game and ends its session. Answers the game as it was stashed.
  answers<game, stop_atom, std::string>,
  // The host takes part in a drain: stashes all games, ends their sessions, and starts no more.
  answers<std::vector<leftover>, drain_atom>>;

} // namespace ariadne::minotaur
