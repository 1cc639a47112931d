#include "test/support/cluster_process.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace ariadne::test::restart_test {

namespace {

constexpr int done = 0;

const std::vector<std::string> names{"a", "b", "c"};

/// Three nodes that have found each other.
struct three_nodes : cluster_process {
  three_nodes() : cluster_process(names) {
    for (const auto& name : names)
      start(name);
    settle();
  }

  void stash(const std::string& node, const std::string& key) {
    client(node).stash(key, {"bytes", 1, "state of " + key});
  }

  bool holds(const std::string& node, const std::string& key) {
    const auto found = client(node).pickup(key);
    return found.outcome == pickup_outcome::found && found.state.bytes == "state of " + key;
  }

  bool eventually_holds(const std::string& node, const std::string& key) {
    return eventually([&] { return holds(node, key); });
  }

  std::uint64_t replica_of(const std::string& node) {
    const auto status = client(node).status();
    return status ? status->replica.replica : 0;
  }

  member_state state_of(const std::string& node, const std::string& seen_from) {
    const auto members = client(seen_from).members();
    return std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.name == node; })->state;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(restart)

BOOST_FIXTURE_TEST_CASE(the_others_hold_what_a_killed_node_has_stashed, three_nodes) {
  stash("a", "game_ABYZ");
  BOOST_TEST(eventually_holds("b", "game_ABYZ"));
  BOOST_TEST(eventually_holds("c", "game_ABYZ"));
  kill("a");
  for (const auto* node : {"b", "c"}) {
    BOOST_TEST(eventually([&] { return state_of("a", node) == member_state::down; }));
    BOOST_TEST(holds(node, "game_ABYZ"));
  }
}

BOOST_FIXTURE_TEST_CASE(a_killed_node_that_is_restarted_has_everything_again, three_nodes) {
  stash("a", "game_own");
  stash("b", "game_other");
  for (const auto* node : {"b", "c"})
    BOOST_TEST(eventually_holds(node, "game_own"));
  const auto before = replica_of("a");
  kill("a");
  stash("c", "game_missed");
  start("a");
  settle();
  for (const auto* key : {"game_own", "game_other", "game_missed"})
    BOOST_TEST(eventually_holds("a", key));
  BOOST_TEST(replica_of("a") != before);
}

BOOST_FIXTURE_TEST_CASE(state_outlives_a_graceful_restart_of_all_nodes_in_turn, three_nodes) {
  for (const auto& name : names)
    stash(name, "game_of_" + name);
  for (const auto& name : names) {
    BOOST_TEST(stop(name) == done);
    for (const auto& other : names)
      if (other != name)
        BOOST_TEST(eventually([&] { return state_of(name, other) == member_state::left; }));
    start(name);
    settle();
  }
  for (const auto& node : names)
    for (const auto& name : names)
      BOOST_TEST(holds(node, "game_of_" + name));
}

BOOST_FIXTURE_TEST_CASE(a_stash_just_before_a_graceful_stop_is_handed_over, three_nodes) {
  stash("a", "game_ABYZ");
  BOOST_TEST(stop("a") == done);
  BOOST_TEST(holds("b", "game_ABYZ"));
  BOOST_TEST(holds("c", "game_ABYZ"));
}

BOOST_FIXTURE_TEST_CASE(nobody_ends_a_replica_from_outside, three_nodes) {
  stash("a", "game_own");
  const auto before = replica_of("a");
  client("a").send_exit_to_replica();
  BOOST_TEST(
    eventually([&] { return log("a").find("it sends what only CAF may say to an actor") != std::string::npos; }));
  BOOST_TEST(replica_of("a") == before);
  BOOST_TEST(holds("a", "game_own"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::restart_test
