#include "app/minotaur/game.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

namespace ariadne::minotaur {

namespace {

constexpr hex centre{0, 0};

const player* player_at(const game_v1& g, hex cell) {
  for (const auto& [name, who] : g.players)
    if (who.position == cell)
      return &who;
  return nullptr;
}

bool is_free(const game_v1& g, hex cell) {
  return is_open(g.world, cell) && !player_at(g, cell);
}

std::optional<hex> first_free_cell(const game_v1& g) {
  for (auto q = -g.world.radius; q <= g.world.radius; ++q)
    for (auto r = -g.world.radius; r <= g.world.radius; ++r)
      if (is_free(g, {q, r}))
        return hex{q, r};
  return std::nullopt;
}

void strike(game_v1& g, hex target) {
  for (auto& [name, who] : g.players)
    if (who.position == target && who.health > 0)
      --who.health;
}

void move(const game_v1& g, player& who, action what) {
  if (what.kind == action_kind::move && who.health > 0 && is_free(g, what.target))
    who.position = what.target;
}

void wake_up(const game_v1& g, player& defeated) {
  ++defeated.defeats;
  defeated.health = full_health;
  defeated.position = first_free_cell(g).value_or(defeated.position);
}

void look_around(game& g) {
  for (const auto& [name, who] : g.players) {
    auto& seen = g.explored[name];
    seen.insert(who.position);
    for (const auto cell : cells_around(who.position))
      if (is_open(g.world, cell))
        seen.insert(cell);
  }
}

std::size_t open_cells(const labyrinth& world) {
  std::size_t count = 0;
  for (auto q = -world.radius; q <= world.radius; ++q)
    for (auto r = -world.radius; r <= world.radius; ++r)
      count += is_open(world, {q, r});
  return count;
}

std::string header(const game_v1& g) {
  return fmt::format("game {}: round {}", crdt::escaped_briefly(g.id), g.round);
}

std::string describe(const std::string& name, const player& who) {
  return fmt::format(", {} at ({}, {}) with health {}", crdt::escaped_briefly(name), who.position.q, who.position.r,
                     who.health);
}

} // namespace

std::int32_t distance(hex from, hex to) {
  // Players may name any cell, also one so far away that there is no number for the distance.
  const auto dq = std::int64_t{from.q} - to.q;
  const auto dr = std::int64_t{from.r} - to.r;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(std::max({std::abs(dq), std::abs(dr), std::abs(dq + dr)}), most));
}

std::array<hex, 6> cells_around(hex centre) {
  const auto [q, r] = centre;
  return {{{q + 1, r}, {q + 1, r - 1}, {q, r - 1}, {q - 1, r}, {q - 1, r + 1}, {q, r + 1}}};
}

bool is_open(const labyrinth& world, hex cell) {
  return distance(centre, cell) <= world.radius
         && std::find(world.walls.begin(), world.walls.end(), cell) == world.walls.end();
}

game upgrade(game_v1 old) {
  game result{{std::move(old)}, {}};
  look_around(result);
  return result;
}

game new_game(std::string id, std::int64_t round_end_time_ms) {
  game result;
  result.id = std::move(id);
  result.round = 1;
  result.round_end_time_ms = round_end_time_ms;
  result.world = {.radius = 3, .walls = {{-2, 1}, {-1, -1}, {1, 1}, {2, -1}}};
  result.players = {
    {"Ariadne", {.position = {0, 3}}}, {"Minotaur", {.position = centre}}, {"Theseus", {.position = {3, -3}}}};
  look_around(result);
  return result;
}

bool register_action(game_v1& g, const std::string& player_name, action wanted) {
  const auto who = g.players.find(player_name);
  if (who == g.players.end() || distance(who->second.position, wanted.target) != 1)
    return false;
  if (wanted.kind == action_kind::move ? !is_open(g.world, wanted.target) : !player_at(g, wanted.target))
    return false;
  g.registered_actions.insert_or_assign(player_name, wanted);
  return true;
}

turn_result take_turn(game_v1& g, const std::string& player_name, std::uint64_t turn, action wanted) {
  const auto known = g.turns.find(player_name);
  const auto before = known == g.turns.end() ? turn_record{} : known->second;
  const auto verdict = judge(before, turn);
  if (verdict == turn_verdict::stale)
    return turn_result::stale;
  if (verdict == turn_verdict::taken && !register_action(g, player_name, wanted))
    return turn_result::forbidden;
  note(g.turns[player_name], turn);
  return verdict == turn_verdict::taken ? turn_result::taken : turn_result::repeated;
}

void end_round(game_v1& g, std::int64_t next_round_end_time_ms) {
  for (const auto& [name, what] : g.registered_actions)
    if (what.kind == action_kind::attack)
      strike(g, what.target);
  for (auto& [name, who] : g.players)
    if (const auto what = g.registered_actions.find(name); what != g.registered_actions.end())
      move(g, who, what->second);
  for (auto& [name, who] : g.players)
    if (who.health == 0)
      wake_up(g, who);
  g.registered_actions.clear();
  ++g.round;
  g.round_end_time_ms = next_round_end_time_ms;
}

void end_round(game& g, std::int64_t next_round_end_time_ms) {
  end_round(static_cast<game_v1&>(g), next_round_end_time_ms);
  look_around(g);
}

std::optional<action> scripted_action(const game_v1& g, const std::string& player_name) {
  const auto self = g.players.find(player_name);
  if (self == g.players.end())
    return std::nullopt;
  const auto position = self->second.position;
  const player* nearest = nullptr;
  for (const auto& [name, who] : g.players)
    if (name != player_name && (!nearest || distance(position, who.position) < distance(position, nearest->position)))
      nearest = &who;
  if (!nearest)
    return std::nullopt;
  if (distance(position, nearest->position) == 1)
    return action{action_kind::attack, nearest->position};
  std::optional<action> step;
  for (const auto cell : cells_around(position))
    if (is_free(g, cell) && (!step || distance(cell, nearest->position) < distance(step->target, nearest->position)))
      step = action{action_kind::move, cell};
  return step;
}

std::string describe(const game_v1& g) {
  auto text = header(g);
  for (const auto& [name, who] : g.players)
    text += describe(name, who);
  return text;
}

std::string describe(const game& g) {
  auto text = header(g);
  const auto cells = open_cells(g.world);
  for (const auto& [name, who] : g.players) {
    const auto seen = g.explored.find(name);
    text += describe(name, who)
            + fmt::format(", who has seen {} of {} cells", seen == g.explored.end() ? 0 : seen->second.size(), cells);
  }
  return text;
}

} // namespace ariadne::minotaur
