#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>

namespace ariadne::test::drain_test {

namespace {

constexpr int done = 0;
constexpr int drain_incomplete = 3;

/// At once, so that little has been replicated yet when the node is told to stop. Ten thousand may take a while.
constexpr write_options at_once{.concern = {.level = concern_level::local}, .timeout_ms = 60'000};

/// For nodes that are to be missed when they are frozen.
constexpr auto soon_missed = "heartbeat_tolerance = \"2s\"";

std::vector<std::string> keys(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(stash_history::key(i));
  return result;
}

/// Whether the node comes to hold so many keys.
bool eventually_holds(loaded_cluster& cluster, const std::string& node, std::size_t count) {
  return eventually([&] {
    const auto status = cluster.processes().client(node).status();
    return status && status->replica.keys == count;
  });
}

/// Stops the node, and answers its exit code.
int measured_stop(loaded_cluster& cluster, const std::string& node, std::string_view scenario) {
  const auto begin = std::chrono::steady_clock::now();
  const auto exit_code = cluster.processes().stop(node);
  measured(fmt::format("{}, SIGTERM to exit", scenario),
           std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - begin}.count(), "ms");
  return exit_code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(drain)

BOOST_AUTO_TEST_CASE(ten_thousand_fresh_stashes_are_handed_over) {
  constexpr std::size_t count = 10'000;
  loaded_cluster cluster{placement::on_loopback, 3, 1};
  BOOST_TEST(cluster.clients().stash_all("a", keys(count), std::string(256, 'v'), at_once) == count);
  BOOST_TEST(measured_stop(cluster, "a", "drain of 10,000 fresh stashes") == done);
  for (const auto* node : {"b", "c"})
    BOOST_TEST(eventually_holds(cluster, node, count));
}

BOOST_AUTO_TEST_CASE(what_a_frozen_neighbour_has_not_got_is_listed_and_the_exit_code_says_so) {
  constexpr std::size_t count = 20;
  // The neighbour is not missed meanwhile, and so has to be waited for.
  loaded_cluster cluster{placement::on_loopback, 3, 1,
                         "session_stop_timeout = \"5s\"\ndrain_timeout = \"2s\"\nheartbeat_tolerance = \"60s\""};
  cluster.processes().signal("b", SIGSTOP);
  BOOST_TEST(cluster.clients().stash_all("a", keys(count), "round 7", at_once) == count);
  // So the frozen one alone is to blame.
  BOOST_TEST(eventually_holds(cluster, "c", count));
  BOOST_TEST(measured_stop(cluster, "a", "drain of 2 s with a frozen neighbour") == drain_incomplete);
  const auto log = cluster.processes().log("a");
  for (const auto& key : keys(count)) {
    const auto at = log.find("not handed over: " + key);
    BOOST_TEST(at != std::string::npos, key);
    // The reason, which names the one that is to blame.
    const auto line = log.substr(at, log.find('\n', at) - at);
    BOOST_TEST((line.find(" b ") != std::string::npos || line.ends_with(" b")), line);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_is_frozen_and_missed_is_not_waited_for) {
  loaded_cluster cluster{placement::on_loopback, 3, 1, soon_missed};
  const auto begin = std::chrono::system_clock::now();
  cluster.processes().signal("b", SIGSTOP);
  cluster.wait_until_missed("b", {"a", "c"}, begin);
  BOOST_TEST(cluster.clients().stash("a", "game_ABYZ", "round 7").has_value());
  BOOST_TEST(measured_stop(cluster, "a", "drain with a neighbour that is down") == done);
  BOOST_TEST(eventually([&] {
    const auto found = cluster.clients().pickup("c", "game_ABYZ");
    return found && found->outcome == pickup_outcome::found;
  }));
}

BOOST_AUTO_TEST_CASE(what_the_last_other_node_had_not_got_when_it_was_missed_is_listed) {
  loaded_cluster cluster{placement::on_loopback, 2, 1, std::string{soon_missed} + "\ndrain_timeout = \"2s\""};
  BOOST_TEST(cluster.clients().stash("a", "game_ABYZ", "round 7").has_value());
  const auto begin = std::chrono::system_clock::now();
  cluster.processes().signal("b", SIGSTOP);
  cluster.wait_until_missed("b", {"a"}, begin);
  BOOST_TEST(cluster.clients().stash("a", "game_LOST", "round 8").has_value());
  BOOST_TEST(cluster.processes().stop("a") == drain_incomplete);
  const auto log = cluster.processes().log("a");
  BOOST_TEST(log.find("not handed over: game_LOST: no other node is up any more") != std::string::npos, log);
  BOOST_TEST(log.find("not handed over: game_ABYZ") == std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(a_frozen_neighbour_that_has_everything_is_no_reason_for_another_exit_code) {
  loaded_cluster cluster{placement::on_loopback, 2, 1, "session_stop_timeout = \"1s\"\nheartbeat_tolerance = \"60s\""};
  BOOST_TEST(cluster.clients().stash("a", "game_ABYZ", "round 7").has_value());
  cluster.processes().signal("b", SIGSTOP);
  BOOST_TEST(cluster.processes().stop("a") == done, cluster.processes().log("a"));
}

BOOST_AUTO_TEST_CASE(a_node_drains_while_clients_go_on_stashing) {
  loaded_cluster cluster{placement::on_loopback, 3, 2'000};
  cluster.begin_load({.stashes_per_second = 5'000});
  for (const auto& node : cluster.nodes()) {
    BOOST_TEST(measured_stop(cluster, node, "drain under load") == done);
    cluster.start(node);
    cluster.processes().settle();
  }
  cluster.judge("drain under load");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::drain_test
