#include "test/support/cluster_process.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace ariadne::test {

namespace {

constexpr int done = 0;
const std::vector<std::string> names{"a", "b", "c"};

/// Three nodes, on which games are played.
class game_nodes {
public:
  explicit game_nodes(std::string_view settings = {}) : nodes{names, settings} {
    for (const auto& name : names)
      nodes.start(name);
    nodes.settle();
  }

  void start_games(int count) {
    for (int i = 0; i < count; ++i) {
      const auto started = nodes.run("a", {"session", "start", fmt::format("minotaur/{}", i)});
      BOOST_REQUIRE_MESSAGE(started.exit_code == done, started.err);
    }
  }

  /// Where the games run, as the node sees it; the phase of those that do not.
  std::map<std::string, std::string> places(const std::string& node) {
    std::map<std::string, std::string> result;
    const auto listed = nodes.run(node, {"sessions", "--json"});
    if (listed.exit_code == done)
      for (const auto& s : nlohmann::json::parse(listed.out))
        result[s["id"]] = s["phase"] == "running" ? s["node"] : s["phase"];
    return result;
  }

  /// Waits until `count` games run on nodes other than `but`.
  bool all_run(const std::string& seen_from, std::size_t count, const std::string& but = {}) {
    return eventually([&] {
      const auto now = places(seen_from);
      return now.size() == count && std::all_of(now.begin(), now.end(), [&](const auto& game) {
               return nodes.running(game.second) && game.second != but;
             });
    });
  }

  run_result say(const std::string& node, int game, const std::string& message) {
    return nodes.run(node, {"session", "deliver", fmt::format("minotaur/{}", game), message, "--timeout", "20s"});
  }

  cluster_process nodes;
};

void restart_all(int rounds, int games) {
  game_nodes cluster;
  cluster.start_games(games);
  for (int round = 0; round < rounds; ++round)
    for (const auto& node : names) {
      const auto& other = node == "a" ? names[1] : names[0];
      BOOST_TEST(cluster.nodes.stop(node) == done);
      // None is lost, and none is still on its way when its node has ended.
      const auto now = cluster.places(other);
      BOOST_TEST(now.size() == static_cast<std::size_t>(games));
      for (const auto& [game, place] : now)
        BOOST_TEST((place != node && cluster.nodes.running(place)), "game " << game << " is at " << place);
      cluster.nodes.start(node);
      cluster.nodes.settle();
    }
  for (const auto& node : names)
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
  const auto place = cluster.places("a").at("0");
  const auto& other = place == "a" ? names[1] : names[0];
  // Theseus steps out of its corner, and the round ends somewhere.
  BOOST_TEST(cluster.say(other, 0, "act Theseus move 2 -2").exit_code == done);
  BOOST_TEST(cluster.nodes.stop(place) == done);
  BOOST_TEST(
    eventually([&] { return cluster.say(other, 0, "show").out.find("Theseus at (2, -2)") != std::string::npos; }));
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
  game_nodes cluster{"minority = \"pause\"\nlease = \"500ms\"\nlease_guard = \"200ms\""};
  cluster.start_games(6);
  cluster.nodes.kill("b");
  cluster.nodes.kill("c");
  BOOST_TEST(eventually([&] { return cluster.nodes.log("a").find("its sessions are paused") != std::string::npos; }));
  BOOST_TEST(cluster.nodes.run("a", {"session", "deliver", "minotaur/0", "show", "--timeout", "1s"}).exit_code != done);
  cluster.nodes.start("b");
  BOOST_TEST(cluster.all_run("a", 6));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(sessions_nightly)

BOOST_AUTO_TEST_CASE(no_session_is_lost_when_all_nodes_are_restarted_a_hundred_times) {
  restart_all(100, 500);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test
