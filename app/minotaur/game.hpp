#pragma once

#include "actors/caf_edition.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/turn_record.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The sample game, as a value with pure rules: players hunt each other on a small labyrinth of hexes. In each round
// every player may register one action; at the end of the round all of them are applied in an order that depends on
// nothing but the game itself.
//
// There are two versions of it. In version 2 players remember what they have seen of the labyrinth.

namespace ariadne::minotaur {

/// A cell, in axial coordinates.
struct hex {
  std::int32_t q = 0;
  std::int32_t r = 0;
  friend auto operator<=>(const hex&, const hex&) = default;
};

/// The number of steps from one cell to the other, walls aside; the greatest number if there are more.
std::int32_t distance(hex from, hex to);

/// The six cells around `centre`, inside the world or not.
std::array<hex, 6> cells_around(hex centre);

/// All cells within `radius` steps of {0, 0}, save the walls.
struct labyrinth {
  std::int32_t radius = 0;
  std::vector<hex> walls;
  friend bool operator==(const labyrinth&, const labyrinth&) = default;
};

bool is_open(const labyrinth& world, hex cell);

/// The health of a player at the start and after each defeat.
constexpr std::uint32_t full_health = 3;

struct player {
  hex position;
  std::uint32_t health = full_health;
  std::uint32_t defeats = 0;
  friend bool operator==(const player&, const player&) = default;
};

enum class action_kind : std::uint8_t { move, attack };

/// What a player wants to do: go to the cell `target`, or attack the player who stands there.
struct action {
  action_kind kind = action_kind::move;
  hex target;
  friend bool operator==(const action&, const action&) = default;
};

/// A whole game, of version 1. A default one has no players and has not begun; fields that are not set keep their
/// defaults, also when the game is saved and restored.
struct game_v1 {
  std::string id;
  /// Counts from 1; 0 before the game has begun.
  std::uint64_t round = 0;
  /// Milliseconds since the Unix epoch; 0 before the game has begun.
  std::int64_t round_end_time_ms = 0;
  labyrinth world;
  std::map<std::string, player> players;
  /// What the players want to do at the end of this round.
  std::map<std::string, action> registered_actions;
  /// Of those players who number their turns.
  std::map<std::string, turn_record> turns;
  friend bool operator==(const game_v1&, const game_v1&) = default;
};

/// A whole game, of version 2.
struct game : game_v1 {
  /// The cells that each player has seen: those that were next to it at the end of a round, and its own.
  std::map<std::string, std::set<hex>> explored;
  friend bool operator==(const game&, const game&) = default;
};

/// A game of version 1 goes on as one of version 2: its players have seen what is around them now.
game upgrade(game_v1 old);

/// A game in its first round, with three players in a labyrinth of 33 cells.
game new_game(std::string id, std::int64_t round_end_time_ms);

/// Registers what a player does at the end of this round, in place of what was registered before. Answers false, and
/// changes nothing, if there is no such player, the target is not next to the player, or it is closed to a move or
/// holds nobody to attack.
bool register_action(game_v1& g, const std::string& player_name, action wanted);

enum class turn_result : std::uint8_t { taken, repeated, stale, forbidden };

/// The same for a player who numbers its turns, from 1. It is taken up only if it is later than all before.
turn_result take_turn(game_v1& g, const std::string& player_name, std::uint64_t turn, action wanted);

/// Applies the registered actions and begins the next round.
///
/// First all attacks strike at once, each taking one point of health. Then the players who still have health move, in
/// the order of their names; a cell that is taken by then cannot be entered. Last, those without health are defeated:
/// they wake up in full health on the first free cell, and in version 2, all look around. A game has no end.
void end_round(game_v1& g, std::int64_t next_round_end_time_ms);
void end_round(game& g, std::int64_t next_round_end_time_ms);

/// What a scripted player does: attacks whoever stands next to it, else steps towards the nearest other player.
std::optional<action> scripted_action(const game_v1& g, const std::string& player_name);

/// One line about the game, for people.
std::string describe(const game_v1& g);
std::string describe(const game& g);

template <class Inspector>
auto inspect(Inspector& f, hex& x) {
  return inspect_fields(f, "hex", x.q, x.r);
}
template <class Inspector>
auto inspect(Inspector& f, labyrinth& x) {
  return inspect_fields(f, "labyrinth", x.radius, x.walls);
}
template <class Inspector>
auto inspect(Inspector& f, player& x) {
  return inspect_fields(f, "player", x.position, x.health, x.defeats);
}
template <class Inspector>
auto inspect(Inspector& f, action& x) {
  return inspect_fields(f, "action", x.kind, x.target);
}
template <class Inspector>
auto inspect(Inspector& f, turn_record& x) {
  return inspect_fields(f, "turn_record", x.last, x.recent, x.repeats);
}
template <class Inspector>
auto inspect(Inspector& f, game_v1& x) {
  return inspect_fields(f, "game", x.id, x.round, x.round_end_time_ms, x.world, x.players, x.registered_actions,
                        x.turns);
}
template <class Inspector>
auto inspect(Inspector& f, game& x) {
  return inspect_fields(f, "game", x.id, x.round, x.round_end_time_ms, x.world, x.players, x.registered_actions,
                        x.turns, x.explored);
}

} // namespace ariadne::minotaur

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
