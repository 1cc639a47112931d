#include "test/support/game_nodes.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace ariadne::test::sessions_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;

void restart_all(int rounds, int games) {
  game_nodes cluster;
  cluster.start_games(games);
  for (int round = 0; round < rounds; ++round)
    for (const auto& node : game_nodes::names()) {
      const std::string other = node == "a" ? "b" : "a";
      BOOST_TEST(cluster.nodes.stop(node) == done);
      // None is lost, and none is still on its way when its node has ended.
      // The other one need not have heard of all new places yet.
      BOOST_TEST(cluster.all_run(other, static_cast<std::size_t>(games), node));
      cluster.nodes.start(node);
      cluster.nodes.settle();
    }
  for (const auto& node : game_nodes::names())
    BOOST_TEST(cluster.nodes.log(node).find("as well, and ends here") == std::string::npos, "a game has run twice");
  measured("sessions, rolling restarts", rounds, "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(no_session_is_lost_when_all_nodes_are_restarted_in_turn) {
  restart_all(3, 40);
}

BOOST_AUTO_TEST_CASE(what_a_session_has_acknowledged_is_still_so_after_its_node_has_stopped) {
  game_nodes cluster;
  cluster.start_games(1);
  BOOST_REQUIRE(cluster.all_run("a", 1));
  const auto place = cluster.places("a").at("0");
  const std::string other = place == "a" ? "b" : "a";
  // Theseus steps out of its corner, and the round ends somewhere.
  BOOST_TEST(cluster.say(other, 0, "act Theseus move 2 -2").exit_code == done);
  BOOST_TEST(cluster.nodes.stop(place) == done);
  BOOST_TEST(
    eventually([&] { return cluster.say(other, 0, "show").out.find("Theseus at (2, -2)") != std::string::npos; }));
}

BOOST_AUTO_TEST_CASE(a_state_that_is_stashed_under_the_name_of_a_session_and_the_session_do_not_touch_each_other) {
  game_nodes cluster;
  const std::string key{"session/minotaur/0"};
  BOOST_TEST(cluster.nodes.run("a", {"stash", key}, "mine").exit_code == done);
  cluster.start_games(1);
  BOOST_REQUIRE(cluster.all_run("a", 1));
  const auto place = cluster.places("a").at("0");
  const std::string other = place == "a" ? "b" : "a";
  BOOST_TEST(eventually([&] { return cluster.nodes.run(other, {"keys"}).out == key + "\n"; }));
  BOOST_TEST(cluster.nodes.run(other, {"take", key}).out == "mine");
  BOOST_TEST(cluster.nodes.run(other, {"discard", key}).exit_code != done);
  // What takes the game over is its record.
  cluster.nodes.kill(place);
  BOOST_TEST(cluster.all_run(other, 1, place));
  BOOST_TEST(cluster.say(other, 0, "show").exit_code == done);
}

BOOST_AUTO_TEST_CASE(sessions_go_on_elsewhere_when_their_node_is_killed) {
  game_nodes cluster;
  cluster.start_games(12);
  cluster.nodes.kill("c");
  BOOST_TEST(cluster.all_run("a", 12, "c"));
  for (int game = 0; game < 12; ++game)
    BOOST_TEST(cluster.say("b", game, "show").exit_code == done);
}

BOOST_AUTO_TEST_CASE(a_node_without_a_majority_pauses_if_it_is_to) {
  game_nodes cluster{"minority = \"pause\"\nlease = \"2s\"\nlease_guard = \"1s\""};
  cluster.start_games(6);
  cluster.nodes.kill("b");
  cluster.nodes.kill("c");
  BOOST_TEST(eventually([&] { return cluster.nodes.log("a").find("its sessions are paused") != std::string::npos; }));
  BOOST_TEST(cluster.nodes.run("a", {"session", "deliver", "minotaur/0", "show", "--timeout", "1s"}).exit_code != done);
  cluster.nodes.start("b");
  BOOST_TEST(cluster.all_run("a", 6));
}

BOOST_AUTO_TEST_CASE(a_node_says_what_each_node_hosts) {
  game_nodes cluster;
  cluster.start_games(6);
  BOOST_TEST(cluster.all_run("a", 6));
  std::map<std::string, int> expected;
  for (const auto& [game, place] : cluster.places("a"))
    ++expected[place];
  nlohmann::json sessions;
  BOOST_REQUIRE(eventually([&] {
    sessions = nlohmann::json::parse(cluster.nodes.run("a", {"status", "--json"}).out)["sessions"];
    return sessions["hosts"].size() == 3;
  }));
  BOOST_TEST(sessions["paused"] == false);
  BOOST_TEST(sessions["running"] == expected["a"]);
  for (const auto& host : sessions["hosts"]) {
    BOOST_TEST(host["running"] == expected[host["node"]]);
    BOOST_TEST(host["kinds"]["minotaur"] == 2);
    BOOST_TEST(host["cordoned"] == false);
  }
  BOOST_TEST(cluster.nodes.run("a", {"status"}).out.find("minotaur up to version 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cordoned_node_keeps_its_sessions_and_takes_over_none) {
  game_nodes cluster;
  cluster.start_games(6);
  BOOST_TEST(cluster.all_run("a", 6));
  const auto before = cluster.places("a");
  BOOST_TEST(cluster.nodes.run("a", {"session", "cordon", "c"}).out == "c is cordoned\n");
  BOOST_TEST(cluster.nodes.run("b", {"session", "cordon", "c"}).out == "c was cordoned already\n");
  for (const auto* node : {"a", "b"})
    BOOST_TEST(eventually([&] {
      return cluster.nodes.run(node, {"status"}).out.find("minotaur up to version 2, cordoned") != std::string::npos;
    }));
  BOOST_TEST((cluster.places("a") == before));
  BOOST_TEST(cluster.nodes.stop("b") == done);
  auto after = before;
  for (auto& [game, place] : after)
    if (place == "b")
      place = "a";
  BOOST_TEST(cluster.eventually_at(after, "a"));
  BOOST_TEST(cluster.nodes.run("a", {"session", "uncordon", "c"}).out == "c is not cordoned any more\n");
  BOOST_TEST(eventually([&] {
    const auto shown = cluster.nodes.run("a", {"status"});
    return shown.exit_code == done && shown.out.find("cordoned") == std::string::npos;
  }));
  BOOST_TEST(cluster.nodes.stop("a") == done);
  BOOST_TEST(cluster.all_run("c", 6));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_unknown_or_down_is_not_cordoned_and_the_answer_says_why) {
  game_nodes cluster;
  const auto unknown = cluster.nodes.run("a", {"session", "cordon", "z"});
  BOOST_TEST(unknown.exit_code == failed);
  BOOST_TEST(unknown.err == "ariadne: there is no node z; the nodes are a, b, c\n");
  cluster.nodes.kill("b");
  BOOST_TEST(eventually([&] {
    return cluster.nodes.run("a", {"session", "uncordon", "b"}).err == "ariadne: node b is down\n";
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sessions_nightly)

BOOST_AUTO_TEST_CASE(no_session_is_lost_when_all_nodes_are_restarted_a_hundred_times) {
  restart_all(100, 500);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::sessions_test
