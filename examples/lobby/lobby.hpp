#pragma once

// A lobby brings players together in matches. Lobby and matches are sessions, each on a node of its own choice, and
// know each other by session_ref. The state of a match has two versions.

#include <ariadne/ariadne.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

CAF_BEGIN_TYPE_ID_BLOCK(lobby_atoms, caf::first_custom_type_id)

  CAF_ADD_ATOM(lobby_atoms, lobby, join_atom, "join")
  CAF_ADD_ATOM(lobby_atoms, lobby, sit_atom, "sit")
  CAF_ADD_ATOM(lobby_atoms, lobby, move_atom, "move")
  CAF_ADD_ATOM(lobby_atoms, lobby, won_atom, "won")
  CAF_ADD_ATOM(lobby_atoms, lobby, wins_atom, "wins")

CAF_END_TYPE_ID_BLOCK(lobby_atoms)

namespace lobby {

using match_actor = caf::typed_actor<
  // A player sits down.
  ariadne::takes<sit_atom, std::string>,
  // A player moves. Answers how many moves there were.
  ariadne::answers<std::uint32_t, move_atom, std::string>,
  // A player has won: the lobby is told, and the match is over.
  ariadne::takes<won_atom, std::string>>;
using match_ref = ariadne::session_ref<match_actor>;

using lobby_actor = caf::typed_actor<
  // A player wants to play. Answers the match.
  ariadne::answers<match_ref, join_atom, std::string>,
  // From a match: this player has won.
  ariadne::takes<won_atom, std::string>,
  // How often the player has won.
  ariadne::answers<std::uint32_t, wins_atom, std::string>>;
using lobby_ref = ariadne::session_ref<lobby_actor>;

struct lobby_state {
  /// The match in which somebody waits for another one.
  std::optional<match_ref> open;
  std::uint32_t matches = 0;
  std::map<std::string, std::uint32_t> wins;
};

struct match_v1 {
  lobby_ref lobby;
  std::vector<std::string> players;
  std::uint32_t moves = 0;
};

/// Version 2 knows who moved last.
struct match {
  lobby_ref lobby;
  std::vector<std::string> players;
  std::uint32_t moves = 0;
  std::optional<std::string> last;
};

template <class Inspector>
auto inspect(Inspector& f, lobby_state& x) {
  return ariadne::inspect_fields(f, "lobby", x.open, x.matches, x.wins);
}
template <class Inspector>
auto inspect(Inspector& f, match_v1& x) {
  return ariadne::inspect_fields(f, "match", x.lobby, x.players, x.moves);
}
template <class Inspector>
auto inspect(Inspector& f, match& x) {
  return ariadne::inspect_fields(f, "match", x.lobby, x.players, x.moves, x.last);
}

} // namespace lobby

CAF_BEGIN_TYPE_ID_BLOCK(lobby, caf::id_block::lobby_atoms::end)

  CAF_ADD_TYPE_ID(lobby, (lobby::match_ref))
  CAF_ADD_TYPE_ID(lobby, (lobby::lobby_state))

CAF_END_TYPE_ID_BLOCK(lobby)

template <>
struct ariadne::snapshot_traits<lobby::match_v1> {
  static constexpr std::string_view type_name = "lobby::match";
  static constexpr std::uint32_t schema_version = 1;
};
template <>
struct ariadne::snapshot_traits<lobby::match> {
  static constexpr std::string_view type_name = "lobby::match";
  static constexpr std::uint32_t schema_version = 2;
};

namespace lobby {

/// `Match` is the newest version of matches that the program knows.
template <class Match>
lobby_actor::behavior_type run_lobby(ariadne::session_of<lobby_state> lobby) {
  return {
    [lobby](join_atom, const std::string& player) -> caf::result<match_ref> {
      if (lobby->open) {
        const auto joined = *std::exchange(lobby->open, std::nullopt);
        ariadne::send(lobby.self(), joined, sit_atom_v, player);
        return joined;
      }
      const match_ref opened{"match", std::to_string(++lobby->matches)};
      lobby->open = opened;
      Match begun;
      begun.lobby = {lobby.kind(), lobby.id()};
      begun.players = {player};
      auto answer = lobby.self()->template make_response_promise<match_ref>();
      ariadne::start_session(lobby.self(), opened, begun)
        .then([answer, opened](const ariadne::session_node&) mutable { answer.deliver(opened); },
              [answer](caf::error& error) mutable { answer.deliver(std::move(error)); });
      return answer;
    },
    [lobby](won_atom, const std::string& player) { ++lobby->wins[player]; },
    [lobby](wins_atom, const std::string& player) { return lobby->wins[player]; },
  };
}

template <class Match>
match_actor::behavior_type run_match(ariadne::session_of<Match> match) {
  return {
    [match](sit_atom, const std::string& player) { match->players.push_back(player); },
    [match](move_atom, const std::string& player) {
      if constexpr (ariadne::snapshot_traits<Match>::schema_version > 1)
        match->last = player;
      return ++match->moves;
    },
    [match](won_atom, const std::string& player) {
      ariadne::send(match.self(), match->lobby, won_atom_v, player);
      match.finish();
    },
  };
}

/// Both ways, so that a rollout can be taken back while both versions run.
inline ariadne::upgrade_registry match_versions() {
  ariadne::upgrade_registry result;
  result.add<match_v1, match>([](const match_v1& x) { return match{x.lobby, x.players, x.moves, std::nullopt}; });
  result.add_downgrade<match, match_v1>([](const match& x) { return match_v1{x.lobby, x.players, x.moves}; });
  return result;
}

template <class Match>
void add_sessions(ariadne::supervisor_options& options) {
  ariadne::session_host_options hosting;
  hosting.kinds["lobby"] = ariadne::session_kind_of<lobby_actor, lobby_state>(run_lobby<Match>);
  hosting.kinds["match"] =
    ariadne::session_kind_of<match_actor, Match>(run_match<Match>, {.upgrades = match_versions()});
  ariadne::add_session_host(options, hosting);
}

struct lobby_config : caf::actor_system_config {
  lobby_config() {
    ariadne::configure_with_network<caf::id_block::lobby_atoms, caf::id_block::lobby>(*this);
    ariadne::use_work_sharing(*this);
  }
};

} // namespace lobby
