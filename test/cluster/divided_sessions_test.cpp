#include "test/support/game_nodes.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>

namespace ariadne::test::divided_sessions_test {

namespace {

constexpr std::size_t games = 12;
constexpr auto quick_rounds = "round_time = \"100ms\"";

/// Games on three hosts, of which "a" is cut off from the others. The players reach all of them, all the time.
struct divided_games {
  explicit divided_games(const std::string& settings)
    : network{game_nodes::names()}, cluster{settings, quick_rounds, &network}, play{players()} {
    const auto begun = play.begin();
    BOOST_REQUIRE_MESSAGE(begun, begun.error());
    BOOST_REQUIRE(cluster.all_run("a", games));
    network.partition({"a"});
    BOOST_REQUIRE(cluster.all_run("b", games, "a"));
  }

  minotaur::scripted_play_options players() {
    auto result = cluster.players(games);
    // A node that cannot help is not waited for. Twice that is what the first games have to be started in, and with
    // `pause` none starts before lease and guard have passed.
    result.patience = std::chrono::seconds{2};
    return result;
  }

  /// Waits until all nodes see the same games running at the same nodes, at the same epochs.
  bool agree() {
    return cluster.all_run("a", games) && eventually([this] {
             const auto places = cluster.places("a");
             const auto epochs = cluster.epochs("a");
             return std::all_of(game_nodes::names().begin(), game_nodes::names().end(), [&](const auto& node) {
               return cluster.places(node) == places && cluster.epochs(node) == epochs;
             });
           });
  }

  nlohmann::json status(const std::string& node) {
    return nlohmann::json::parse(cluster.nodes.run(node, {"status", "--json"}).out)["sessions"];
  }

  virtual_network network;
  game_nodes cluster;
  minotaur::scripted_play play;
};

} // namespace

BOOST_AUTO_TEST_SUITE(divided_sessions, *boost::unit_test::precondition(has_virtual_network))

BOOST_AUTO_TEST_CASE(with_pause_no_game_is_played_on_both_sides) {
  divided_games divided{"minority = \"pause\"\nlease = \"1s\"\nlease_guard = \"500ms\""};
  // Those that ran on the majority's side all the time, and those that it has taken over.
  BOOST_TEST(divided.status("a")["paused"] == true);
  BOOST_TEST(divided.status("a")["running"] == 0);
  // It is the first one of the file, and the others are asked as well.
  const auto shown = run_ariadne({"session", "deliver", "minotaur/1", "show", "--timeout", "20s", "--cluster",
                                  divided.cluster.nodes.file().string()});
  BOOST_TEST(shown.exit_code == 0, shown.err);
  divided.network.heal();
  divided.cluster.nodes.settle();
  BOOST_TEST(divided.agree());
  const auto part = divided.play.end_part("cut", minotaur::disturbance::crash);
  BOOST_TEST(part.sum.moves_acknowledged > 0u);
  BOOST_TEST(part.games_lost == 0u);
  // No answer has come from an owner after one of its successor.
  BOOST_TEST(part.sum.duplicates == 0u);
}

BOOST_AUTO_TEST_CASE(with_run_both_sides_play_until_they_meet_and_then_one_wins_and_the_other_is_told) {
  divided_games divided{"minority = \"run\""};
  BOOST_REQUIRE(eventually([&] {
    const auto places = divided.cluster.places("a");
    return places.size() == games
           && std::all_of(places.begin(), places.end(), [](const auto& game) { return game.second == "a"; });
  }));
  BOOST_TEST(divided.status("a")["running"] == games);
  // The players notice, or they would not notice it elsewhere either.
  BOOST_TEST(eventually([&] { return divided.play.end_part("cut", minotaur::disturbance::crash).sum.duplicates > 0; }));
  divided.network.heal();
  divided.cluster.nodes.settle();
  BOOST_TEST(divided.agree());
  divided.play.end_part("mended", minotaur::disturbance::crash);

  // Each game ran on both sides, and ended on one of them.
  std::uint64_t lost = 0;
  std::uint64_t running = 0;
  for (const auto& node : game_nodes::names()) {
    const auto status = divided.status(node);
    lost += status["lost"].get<std::uint64_t>();
    running += status["running"].get<std::uint64_t>();
    BOOST_TEST(
      (status["lost"] == 0 || divided.cluster.nodes.log(node).find("as well, and ends here") != std::string::npos));
  }
  // A game that is taken over once more, because a node seems to be gone for a moment, ends once more.
  BOOST_TEST(lost >= games);
  BOOST_TEST(running == games);

  const auto healed = divided.play.end_part("healed", minotaur::disturbance::drain);
  for (const auto& broken : minotaur::broken_promises(healed))
    BOOST_ERROR(broken);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::divided_sessions_test
