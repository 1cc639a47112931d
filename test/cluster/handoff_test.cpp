#include "actors/snapshot.hpp"
#include "app/minotaur/game.hpp"
#include "test/support/cluster_process.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <thread>
#include <vector>

namespace ariadne::test::handoff_test {

namespace {

constexpr int done = 0;
constexpr int absent = 4;

struct two_nodes : cluster_process {
  two_nodes() : cluster_process({"a", "b"}) {}
};

/// What `ariadne pickup` writes, once the node has the key.
std::string pick_up(cluster_process& cluster, const std::string& node, const std::string& key) {
  run_result result;
  eventually([&] { return (result = cluster.run(node, {"pickup", key})).exit_code == done; });
  BOOST_TEST(result.exit_code == done, result.err);
  return result.out;
}

void stash(cluster_process& cluster, const std::string& node, const std::string& key, std::string_view value) {
  const auto result = cluster.run(node, {"stash", key}, value);
  BOOST_TEST(result.exit_code == done, result.err);
}

/// A game in which every field differs from its default.
minotaur::game whole_game() {
  auto game = minotaur::new_game("ABYZ", 4'102'444'800'000);
  game.round = 17;
  game.players.at("Theseus").health = 1;
  game.players.at("Theseus").defeats = 2;
  minotaur::register_action(game, "Minotaur", {minotaur::action_kind::move, {1, 0}});
  return game;
}

minotaur::game stash_and_pick_up(cluster_process& cluster, const minotaur::game& game) {
  cluster.client("a").stash("game_" + game.id, make_snapshot(game).value());
  pickup_result picked_up;
  eventually([&] {
    picked_up = cluster.client("b").pickup("game_" + game.id);
    return picked_up.outcome == pickup_outcome::found;
  });
  return restore<minotaur::game>(picked_up.state).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(handoff)

BOOST_FIXTURE_TEST_CASE(state_is_picked_up_from_the_node_that_stashed_it, two_nodes) {
  start("a");
  stash(*this, "a", "game_ABYZ", "round 7");
  BOOST_TEST(run("a", {"pickup", "game_ABYZ"}).out == "round 7");
  BOOST_TEST(run("a", {"pickup", "game_ABYZ"}).out == "round 7");
}

BOOST_FIXTURE_TEST_CASE(an_unknown_key_is_absent, two_nodes) {
  start("a");
  start("b");
  settle();
  for (const auto* node : {"a", "b"})
    for (const auto* operation : {"pickup", "take", "discard"}) {
      const auto result = run(node, {operation, "game_NONE"});
      BOOST_TEST(result.exit_code == absent, result.err);
      BOOST_TEST(result.out == "");
    }
}

BOOST_DATA_TEST_CASE(state_is_picked_up_from_both_nodes_whichever_was_up_first,
                     boost::unit_test::data::make({"a", "b"}) ^ boost::unit_test::data::make({"b", "a"}), first,
                     second) {
  two_nodes cluster;
  cluster.start(first);
  cluster.start(second);
  stash(cluster, "a", "game_ABYZ", "round 7");
  BOOST_TEST(pick_up(cluster, "a", "game_ABYZ") == "round 7");
  BOOST_TEST(pick_up(cluster, "b", "game_ABYZ") == "round 7");
  stash(cluster, "b", "game_KNOS", "round 8");
  BOOST_TEST(pick_up(cluster, "a", "game_KNOS") == "round 8");
}

BOOST_FIXTURE_TEST_CASE(state_stashed_before_the_other_node_was_up_is_picked_up_there, two_nodes) {
  start("a");
  stash(*this, "a", "game_ABYZ", "round 7");
  start("b");
  BOOST_TEST(pick_up(*this, "b", "game_ABYZ") == "round 7");
}

BOOST_FIXTURE_TEST_CASE(the_bytes_of_a_value_come_back_whatever_they_are, two_nodes) {
  std::string value(100'000, '\0');
  for (std::size_t i = 0; i < value.size(); ++i)
    value[i] = static_cast<char>(i % 251);
  start("a");
  start("b");
  stash(*this, "a", "bytes", value);
  stash(*this, "a", "empty", "");
  BOOST_TEST((pick_up(*this, "b", "bytes") == value));
  BOOST_TEST(pick_up(*this, "b", "empty") == "");
}

BOOST_FIXTURE_TEST_CASE(a_large_value_comes_back_as_it_was, two_nodes) {
  start("a");
  start("b");
  settle();
  std::string large(std::size_t{3} << 20, 'v');
  for (std::size_t i = 0; i < large.size(); i += 997)
    large[i] = static_cast<char>(i / 997);
  const auto stashed = run("a", {"stash", "large"}, large);
  BOOST_TEST(stashed.exit_code == done, stashed.err);
  for (const auto& node : {"a", "b"})
    BOOST_TEST((pick_up(*this, node, "large") == large));
  const auto taken = run("b", {"take", "large"});
  BOOST_TEST(taken.exit_code == done);
  BOOST_TEST((taken.out == large));
  // Nobody is shown the progress who is no terminal.
  BOOST_TEST(taken.err == "");
  BOOST_TEST(run("b", {"pickup", "large"}).exit_code == absent);
  const auto too_long = run("a", {"stash", "large"}, std::string(std::size_t{17} << 20, 'v'));
  BOOST_TEST(too_long.exit_code != done);
  BOOST_TEST(too_long.err.find("at most") != std::string::npos, too_long.err);
}

BOOST_FIXTURE_TEST_CASE(a_whole_game_comes_back_equal, two_nodes) {
  start("a");
  start("b");
  minotaur::game unset;
  unset.id = "KNOS";
  BOOST_TEST((stash_and_pick_up(*this, unset) == unset));
  BOOST_TEST((stash_and_pick_up(*this, whole_game()) == whole_game()));
}

BOOST_FIXTURE_TEST_CASE(what_is_taken_or_discarded_at_one_node_is_gone_at_both, two_nodes) {
  start("a");
  start("b");
  settle();
  for (const auto* key : {"game_1", "game_2", "game_3"})
    stash(*this, "a", key, "round 7");
  pick_up(*this, "b", "game_3");
  BOOST_TEST(run("b", {"take", "game_1"}).out == "round 7");
  BOOST_TEST(run("b", {"discard", "game_2"}).exit_code == done);
  for (const auto* node : {"a", "b"})
    BOOST_TEST(eventually([&] { return run(node, {"keys", "game_"}).out == "game_3\n"; }));
}

BOOST_FIXTURE_TEST_CASE(every_one_of_many_clients_is_answered, two_nodes) {
  start("a");
  start("b");
  settle();
  const std::vector<int> all_absent(100, absent);
  std::vector<std::vector<int>> exit_codes(4, std::vector<int>(all_absent.size()));
  {
    std::vector<std::jthread> threads;
    for (auto& codes : exit_codes)
      threads.emplace_back([this, &codes] {
        for (auto& code : codes)
          code = run("a", {"pickup", "game_NONE"}).exit_code;
      });
  }
  for (const auto& codes : exit_codes)
    BOOST_TEST(codes == all_absent, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_client_is_connected_but_no_member, two_nodes) {
  start("a");
  start("b");
  settle();
  auto& connected = client("a");
  connected.stash("game_ABYZ", {"bytes", 1, "round 7"});
  const auto status = nlohmann::json::parse(run("a", {"status", "--json"}).out);
  BOOST_TEST(status["node"] == "a");
  BOOST_TEST(status["cluster"] == "test");
  BOOST_TEST(status["caught_up"] == true);
  BOOST_TEST(status["keys"] == 1);
  BOOST_TEST(status["neighbours"] == 1);
  std::map<std::string, std::string> members;
  for (const auto& member : status["members"])
    members.emplace(member["name"], member["state"]);
  BOOST_TEST((members == std::map<std::string, std::string>{{"a", "up"}, {"b", "up"}}));
  // Nor does a node that stops wait for the client.
  BOOST_TEST(stop("b") == done);
  BOOST_TEST(stop("a") == done);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::handoff_test
