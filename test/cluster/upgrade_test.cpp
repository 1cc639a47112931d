#include "test/support/game_nodes.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

namespace ariadne::test::upgrade_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int drain_incomplete = 3;

constexpr auto version_1 = "game_version = 1\nround_time = \"100ms\"";
constexpr auto version_2 = "game_version = 2\nround_time = \"100ms\"";
/// A checkpoint leaves the node in less than a round, even if the machine is busy.
constexpr auto long_rounds = "game_version = 2\nround_time = \"1s\"";

/// Only a game of version 2 knows what its players have seen.
bool is_of_version_2(const run_result& shown) {
  BOOST_TEST(shown.exit_code == done, shown.err);
  return shown.out.find("has seen") != std::string::npos;
}

void check_is_as_promised(const minotaur::play_part& part) {
  for (const auto& broken : minotaur::broken_promises(part))
    BOOST_ERROR(broken);
  BOOST_TEST(part.sum.moves_acknowledged > 0u);
  BOOST_TEST(part.sum.rounds > 0u);
}

/// Waits until the players have seen more rounds.
void play_on(game_nodes& cluster) {
  const auto before = cluster.say("a", 1, "show");
  BOOST_TEST(before.exit_code == done, before.err);
  BOOST_TEST(eventually([&] {
    const auto now = cluster.say("a", 1, "show");
    return now.exit_code == done && now.out != before.out;
  }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(upgrade)

BOOST_AUTO_TEST_CASE(games_are_upgraded_while_nodes_are_restarted_in_turn_and_no_move_is_lost) {
  constexpr int games = 20;
  game_nodes cluster{{}, version_1};
  minotaur::scripted_play play{cluster.players(games)};
  const auto begun = play.begin();
  BOOST_REQUIRE_MESSAGE(begun, begun.error());
  BOOST_TEST(!is_of_version_2(cluster.say("a", 1, "show")));
  const auto new_file = cluster.file_with(version_2);
  for (const auto& node : game_nodes::names()) {
    BOOST_TEST(cluster.nodes.stop(node) == done);
    cluster.nodes.start(node, new_file);
    cluster.nodes.settle();
    play_on(cluster);
  }
  check_is_as_promised(play.end_part("restarts", minotaur::disturbance::drain));
  for (int game = 1; game <= games; ++game)
    BOOST_TEST(is_of_version_2(cluster.say("b", game, "show")));
  BOOST_TEST(play.end_games() == static_cast<std::size_t>(games));
  BOOST_TEST(cluster.is_without_games("a"));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_costs_no_more_than_what_came_after_the_last_checkpoints) {
  game_nodes cluster{{}, long_rounds};
  minotaur::scripted_play play{cluster.players(12)};
  const auto begun = play.begin();
  BOOST_REQUIRE_MESSAGE(begun, begun.error());
  play_on(cluster);
  cluster.nodes.kill("c");
  BOOST_TEST(cluster.all_run("a", 12, "c"));
  play_on(cluster);
  check_is_as_promised(play.end_part("kill", minotaur::disturbance::crash));
  play_on(cluster);
  check_is_as_promised(play.end_part("afterwards", minotaur::disturbance::drain));
}

BOOST_AUTO_TEST_CASE(a_node_of_version_1_neither_starts_nor_loses_a_game_of_version_2) {
  constexpr int games = 12;
  game_nodes cluster{{}, version_1};
  const auto new_file = cluster.file_with(version_2);
  BOOST_TEST(cluster.nodes.stop("b") == done);
  cluster.nodes.start("b", new_file);
  cluster.nodes.settle();
  cluster.start_games(games);
  BOOST_REQUIRE(cluster.all_run("a", games));
  const auto before = cluster.places("a");
  const auto is_at_b = [](const auto& game) { return game.second == "b"; };
  BOOST_TEST(std::any_of(before.begin(), before.end(), is_at_b));

  // Nobody can take over what b has saved, and it says so.
  BOOST_TEST(cluster.nodes.stop("b") == drain_incomplete);
  auto after = before;
  for (auto& [game, place] : after)
    if (place == "b")
      place = "placing";
  for (const auto* node : {"a", "c"})
    BOOST_TEST(cluster.eventually_at(after, node));
  const auto left = std::stoi(std::find_if(before.begin(), before.end(), is_at_b)->first);
  BOOST_TEST(cluster.nodes.log("b").find(fmt::format("not handed over: session minotaur/{}: ", left))
             != std::string::npos);
  const auto unserved = cluster.say("a", left, "show");
  BOOST_TEST(unserved.exit_code == failed);
  BOOST_TEST(unserved.err.find("no node that is up knows version 2 of minotaur; hosted are minotaur up to version 1")
               != std::string::npos,
             unserved.err);

  cluster.nodes.start("b", new_file);
  BOOST_TEST(cluster.all_run("a", games));
  for (const auto& [game, place] : before)
    BOOST_TEST(is_of_version_2(cluster.say("a", std::stoi(game), "show")) == (place == "b"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::upgrade_test
