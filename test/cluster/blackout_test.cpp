#include "actors/handoff_requests.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/game_nodes.hpp"
#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace ariadne::test::blackout_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int pending = 5;

/// How nodes keep a journal. In tests of state that has been restored they wait no longer than it takes to meet.
std::string storage(const std::string& mode, const std::string& further = {}) {
  return fmt::format("[storage]\ndirectory = \"journals\"\nmode = \"{}\"\n{}\n", mode, further);
}

nlohmann::json storage_status(cluster_process& nodes, const std::string& node) {
  const auto shown = nodes.run(node, {"status", "--json"});
  return shown.exit_code == done ? nlohmann::json::parse(shown.out)["storage"] : nlohmann::json{};
}

/// Waits until the node has written all that it has.
bool eventually_keeps_all(cluster_process& nodes, const std::string& node) {
  return eventually([&] {
    const auto status = storage_status(nodes, node);
    return status.is_object() && status["lag_keys"] == 0;
  });
}

/// All at once, as far as signals go.
void kill_all(cluster_process& nodes, const std::vector<std::string>& names) {
  for (const auto& name : names)
    nodes.signal(name, SIGKILL);
  for (const auto& name : names)
    nodes.wait(name);
}

const std::vector<std::string> names{"a", "b", "c"};

struct kept_nodes : cluster_process {
  explicit kept_nodes(const std::string& mode, const std::string& further = {}, const std::string& cluster = {})
    : cluster_process(names, cluster + storage(mode, further)) {
    start_all();
  }

  void start_all() {
    for (const auto& name : names)
      start(name);
    settle();
  }

  void stash(const std::string& node, const std::string& key, const std::string& value) {
    BOOST_REQUIRE(run(node, {"stash", key, "--concern", "all"}, value).exit_code == done);
  }
};

/// Kills all nodes under load again and again.
void black_out(const std::string& mode, int rounds, std::uint32_t seed) {
  loaded_cluster cluster{placement::on_loopback, names.size(), 500, storage(mode)};
  std::minstd_rand random{seed};
  for (auto round = 0; round < rounds; ++round) {
    cluster.begin_load({.stashes_per_second = 500,
                        .write = {.concern = concern::durable(concern::one)},
                        .seed = seed + static_cast<std::uint32_t>(round)});
    const auto stashed = cluster.history().stashes_acknowledged();
    BOOST_REQUIRE(eventually([&] { return cluster.history().stashes_acknowledged() > stashed + 200; }));
    kill_all(cluster.processes(), cluster.nodes());
    auto order = cluster.nodes();
    std::shuffle(order.begin(), order.end(), random);
    for (const auto& node : order)
      cluster.start(node);
    cluster.processes().settle();
  }
  measured(fmt::format("kill -9 of all nodes, mode {}, times", mode), rounds, "");
  cluster.judge(fmt::format("kill -9 of all nodes, mode {}", mode));
}

/// The round of a game; 0 if it does not say.
int round_of(game_nodes& cluster, const std::string& node, int game) {
  const auto shown = cluster.say(node, game, "show");
  const auto at = shown.out.find("round ");
  return at == std::string::npos ? 0 : std::atoi(shown.out.c_str() + at + 6);
}

} // namespace

BOOST_AUTO_TEST_SUITE(blackout)

BOOST_DATA_TEST_CASE(what_was_stashed_is_there_after_all_nodes_have_been_killed,
                     boost::unit_test::data::make({"write", "sync"}), mode) {
  kept_nodes nodes{mode};
  nodes.stash("a", "short", "state");
  const std::string large(3'000'000, 'x');
  nodes.stash("b", "large", large);
  nodes.stash("c", "gone", "state");
  BOOST_REQUIRE(nodes.run("a", {"discard", "gone"}).exit_code == done);
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(nodes, name));
  for (auto round = 0; round < 3; ++round) {
    kill_all(nodes, names);
    nodes.start_all();
    for (const auto& name : names) {
      BOOST_TEST(nodes.run(name, {"pickup", "short"}).out == "state");
      BOOST_TEST(nodes.run(name, {"pickup", "large"}).out == large);
      BOOST_TEST(nodes.run(name, {"pickup", "gone"}).exit_code == 4);
      BOOST_TEST(nodes.run(name, {"keys"}).out == "large\nshort\n");
    }
  }
}

BOOST_DATA_TEST_CASE(nothing_is_lost_when_all_nodes_are_killed_again_and_again,
                     boost::unit_test::data::make({"write", "sync"}), mode) {
  black_out(mode, 3, 1);
}

BOOST_AUTO_TEST_CASE(restored_state_is_not_shown_before_the_other_nodes_have_been_met) {
  kept_nodes nodes{"write", "cold_start_wait = \"1h\""};
  nodes.stash("a", "old", "state");
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(nodes, name));
  // What replaces it is on the disk of b alone.
  nodes.kill("a");
  nodes.kill("c");
  BOOST_REQUIRE(nodes.run("b", {"stash", "old", "--concern", "local"}, "newer").exit_code == done);
  BOOST_REQUIRE(eventually_keeps_all(nodes, "b"));
  nodes.kill("b");
  nodes.start("a");
  nodes.start("c");
  for (const auto* name : {"a", "c"}) {
    BOOST_TEST(nodes.run(name, {"pickup", "old"}).exit_code == pending);
    BOOST_TEST(nodes.run(name, {"take", "old"}).exit_code == pending);
    BOOST_TEST(nodes.run(name, {"keys"}).out == "");
  }
  BOOST_TEST(nodes.run("a", {"stash", "new"}, "state").exit_code == done);
  BOOST_TEST(nodes.run("a", {"keys"}).out == "new\n");
  BOOST_TEST(nodes.run("a", {"pickup", "new"}).out == "state");
  nodes.start("b");
  for (const auto* name : {"a", "c"}) {
    BOOST_TEST(eventually([&] { return nodes.run(name, {"pickup", "old"}).out == "newer"; }));
    BOOST_TEST(eventually([&] { return nodes.run(name, {"keys"}).out == "new\nold\n"; }));
  }
}

BOOST_AUTO_TEST_CASE(restored_state_is_shown_when_the_time_to_wait_is_over) {
  kept_nodes nodes{"write", "cold_start_wait = \"100ms\""};
  nodes.stash("a", "key", "state");
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(nodes, name));
  kill_all(nodes, names);
  nodes.start("a");
  BOOST_TEST(nodes.run("a", {"pickup", "key", "--wait", "30s", "--timeout", "40s"}).out == "state");
}

BOOST_AUTO_TEST_CASE(the_last_node_that_stops_keeps_what_it_holds) {
  kept_nodes nodes{"sync"};
  nodes.stash("a", "key", "state");
  for (const auto& name : names)
    BOOST_TEST(nodes.stop(name) == done);
  nodes.start_all();
  BOOST_TEST(nodes.run("c", {"pickup", "key"}).out == "state");
}

BOOST_AUTO_TEST_CASE(sessions_go_on_from_their_last_checkpoint) {
  game_nodes cluster{storage("write"), "round_time = \"200ms\""};
  constexpr int games = 6;
  cluster.start_games(games);
  BOOST_REQUIRE(cluster.all_run("a", games));
  for (auto game = 0; game < games; ++game)
    BOOST_REQUIRE(eventually([&] { return round_of(cluster, "a", game) >= 3; }));
  const auto epochs = cluster.epochs("a");
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(cluster.nodes, name));
  kill_all(cluster.nodes, names);
  for (const auto& name : names)
    cluster.nodes.start(name);
  cluster.nodes.settle();
  BOOST_REQUIRE(cluster.all_run("b", games));
  for (auto game = 0; game < games; ++game)
    BOOST_TEST(eventually([&] { return round_of(cluster, "b", game) >= 3; }));
  for (const auto& [game, epoch] : cluster.epochs("b"))
    BOOST_TEST(epoch > epochs.at(game));
  for (const auto& name : names)
    BOOST_TEST(cluster.nodes.log(name).find("as well, and ends here") == std::string::npos, "a game has run twice");
}

BOOST_AUTO_TEST_CASE(restored_sessions_wait_for_a_majority_until_an_operator_says_otherwise) {
  game_nodes cluster{storage("write", "cold_start_wait = \"100ms\""), "round_time = \"200ms\""};
  constexpr int games = 3;
  cluster.start_games(games);
  BOOST_REQUIRE(cluster.all_run("a", games));
  const auto epochs = cluster.epochs("a");
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(cluster.nodes, name));
  const auto early = cluster.nodes.run("a", {"session", "resume", "b", "--anyway"});
  BOOST_TEST(early.exit_code == failed);
  BOOST_TEST(early.err == "ariadne: refused: node b has no sessions that wait for nodes to be met\n");
  kill_all(cluster.nodes, names);
  cluster.nodes.start("a");
  BOOST_REQUIRE(eventually([&] {
    return cluster.nodes.log("a").find("restored sessions wait until a majority has been") != std::string::npos;
  }));
  BOOST_TEST(cluster.nodes.run("a", {"session", "resume", "b", "--anyway"}).err == "ariadne: node b is down\n");
  BOOST_TEST(cluster.nodes.run("a", {"session", "deliver", "minotaur/0", "show"}).exit_code == failed);
  const auto resumed = cluster.nodes.run("a", {"session", "resume", "a", "--anyway"});
  BOOST_TEST(resumed.out == "a starts its sessions without a majority of the nodes\n", resumed.err);
  BOOST_REQUIRE(cluster.all_run("a", games));
  // Nodes that come later find them running, and what is on their disks outranks nothing.
  for (const auto* name : {"b", "c"})
    cluster.nodes.start(name);
  cluster.nodes.settle();
  BOOST_REQUIRE(cluster.all_run("b", games));
  for (const auto& [game, epoch] : cluster.epochs("b"))
    BOOST_TEST(epoch > epochs.at(game) + 65'535);
  for (const auto& name : names)
    BOOST_TEST(cluster.nodes.log(name).find("as well, and ends here") == std::string::npos, "a game has run twice");
}

BOOST_AUTO_TEST_CASE(no_operator_has_sessions_run_without_a_majority_where_they_are_to_pause) {
  kept_nodes nodes{"write", "cold_start_wait = \"100ms\"", "minority = \"pause\"\n"};
  BOOST_REQUIRE(nodes.run("a", {"session", "start", "minotaur/7"}).exit_code == done);
  for (const auto& name : names)
    BOOST_REQUIRE(eventually_keeps_all(nodes, name));
  kill_all(nodes, names);
  nodes.start("a");
  const auto refused = nodes.run("a", {"session", "resume", "a", "--anyway"});
  BOOST_TEST(refused.exit_code == failed);
  BOOST_TEST(refused.err.starts_with("ariadne: refused: minority is \"pause\": sessions run only where a majority"),
             refused.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(blackout_nightly)

BOOST_DATA_TEST_CASE(nothing_is_lost_when_all_nodes_are_killed_a_hundred_times,
                     boost::unit_test::data::make({"write", "sync"}), mode) {
  black_out(mode, 100, 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::blackout_test
