#include "app/minotaur/game.hpp"

#include "actors/snapshot.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <set>

namespace ariadne::minotaur::game_rules_test {

namespace {

constexpr std::int64_t far_future_ms = 4'102'444'800'000;

game some_game(std::uint64_t round) {
  auto g = new_game("ABYZ", far_future_ms);
  while (g.round < round) {
    for (const auto& [name, who] : g.players)
      register_action(g, name, scripted_action(g, name).value());
    end_round(g, far_future_ms);
  }
  return g;
}

game default_game() {
  game g;
  g.id = "ABYZ";
  return g;
}

game two_players(hex first, hex second) {
  game g;
  g.world = {.radius = 3, .walls = {{0, 1}}};
  g.players = {{"Ann", {.position = first}}, {"Ben", {.position = second}}};
  return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(game_rules)

BOOST_AUTO_TEST_CASE(a_default_game_has_not_begun) {
  const auto g = default_game();
  BOOST_TEST(g.round == 0u);
  BOOST_TEST(g.round_end_time_ms == 0);
  BOOST_TEST(g.players.empty());
  BOOST_TEST(g.registered_actions.empty());
}

BOOST_AUTO_TEST_CASE(a_game_comes_back_equal_from_its_snapshot) {
  auto g = some_game(5);
  register_action(g, "Ariadne", scripted_action(g, "Ariadne").value());
  for (const auto& original : {default_game(), g}) {
    const auto stashed = make_snapshot(original);
    BOOST_REQUIRE(stashed);
    const auto restored = restore<game>(*stashed);
    BOOST_REQUIRE(restored);
    BOOST_TEST((*restored == original));
  }
}

BOOST_AUTO_TEST_CASE(a_cell_is_one_step_from_the_six_cells_around_it) {
  const hex centre{2, -1};
  std::set<hex> distinct;
  for (const auto cell : cells_around(centre)) {
    BOOST_TEST(distance(centre, cell) == 1);
    distinct.insert(cell);
  }
  BOOST_TEST(distinct.size() == 6u);
  BOOST_TEST(distance({3, -3}, {-3, 3}) == 6);
  constexpr auto far = std::numeric_limits<std::int32_t>::min();
  BOOST_TEST(distance(centre, {far, far}) == std::numeric_limits<std::int32_t>::max());
}

BOOST_AUTO_TEST_CASE(a_player_moves_at_the_end_of_the_round) {
  auto g = two_players({0, 0}, {3, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  BOOST_TEST((g.players.at("Ann").position == hex{0, 0}));
  end_round(g, 1234);
  BOOST_TEST((g.players.at("Ann").position == hex{1, 0}));
  BOOST_TEST(g.round == 1u);
  BOOST_TEST(g.round_end_time_ms == 1234);
  BOOST_TEST(g.registered_actions.empty());
}

BOOST_AUTO_TEST_CASE(the_rules_forbid_leaps_walls_leaving_the_world_blows_at_nobody_and_strangers) {
  auto g = two_players({0, 0}, {3, 0});
  const auto before = g;
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {2, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {0, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {0, 1}}));
  BOOST_TEST(!register_action(g, "Ben", {action_kind::move, {4, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(!register_action(g, "Eve", {action_kind::move, {1, 0}}));
  BOOST_TEST((g == before));
}

BOOST_AUTO_TEST_CASE(a_later_action_of_a_player_replaces_the_earlier_one) {
  auto g = two_players({0, 0}, {3, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {-1, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann").position == hex{-1, 0}));
}

BOOST_AUTO_TEST_CASE(the_first_by_name_enters_a_cell_that_two_want) {
  auto g = two_players({0, 0}, {2, 0});
  BOOST_TEST(register_action(g, "Ben", {action_kind::move, {1, 0}}));
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann").position == hex{1, 0}));
  BOOST_TEST((g.players.at("Ben").position == hex{2, 0}));
}

BOOST_AUTO_TEST_CASE(an_attack_strikes_before_its_victim_moves_away) {
  auto g = two_players({0, 0}, {1, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(register_action(g, "Ben", {action_kind::move, {2, 0}}));
  end_round(g, 0);
  BOOST_TEST(g.players.at("Ben").health == full_health - 1);
  BOOST_TEST((g.players.at("Ben").position == hex{2, 0}));
}

BOOST_AUTO_TEST_CASE(a_defeated_player_strikes_back_and_wakes_up_on_the_first_free_cell) {
  auto g = two_players({0, 0}, {1, 0});
  g.players.at("Ann").health = 1;
  BOOST_TEST(register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(register_action(g, "Ben", {action_kind::attack, {0, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann") == player{.position = {-3, 0}, .health = full_health, .defeats = 1}));
  BOOST_TEST((g.players.at("Ben") == player{.position = {1, 0}, .health = full_health - 1, .defeats = 0}));
}

BOOST_AUTO_TEST_CASE(the_same_actions_lead_to_the_same_game) {
  BOOST_TEST((some_game(100) == some_game(100)));
}

BOOST_AUTO_TEST_CASE(scripted_players_keep_to_the_rules_and_to_cells_of_their_own) {
  for (const auto round : {2u, 10u, 50u, 200u}) {
    const auto g = some_game(round);
    std::set<hex> taken;
    for (const auto& [name, who] : g.players) {
      BOOST_TEST(is_open(g.world, who.position));
      BOOST_TEST(taken.insert(who.position).second);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::minotaur::game_rules_test
