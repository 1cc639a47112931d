#include "app/play/scripted_play.hpp"
#include "test/support/game_nodes.hpp"
#include "test/support/loaded_cluster.hpp"

#include <boost/test/tools/assertion_result.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace ariadne::test::rolling_versions_test {

namespace {

/// Those of the releases, which `scripts/test.sh --nightly` builds, a line for each.
std::vector<std::string> programs_before() {
  const auto* lines = std::getenv("ARIADNE_PROGRAMS_BEFORE");
  std::istringstream in{lines == nullptr ? "" : lines};
  std::vector<std::string> result;
  for (std::string program; std::getline(in, program);)
    result.push_back(program);
  return result;
}

boost::test_tools::assertion_result has_programs_before(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result{!programs_before().empty()};
  result.message() << "ARIADNE_PROGRAMS_BEFORE names no program of a release";
  return result;
}

/// Stops one node after the other, and has `start(node)` start it as `program`.
template <class Start>
void roll(cluster_process& cluster, const std::vector<std::string>& nodes, const std::string& program, Start start) {
  for (const auto& node : nodes) {
    cluster.install(node, program);
    BOOST_TEST(cluster.stop(node) == 0);
    start(node);
    cluster.settle();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(rolling_versions, *boost::unit_test::precondition(has_programs_before))

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_nodes_go_to_each_release_and_back_while_sessions_stash) {
  for (const auto& program : programs_before()) {
    BOOST_TEST_CONTEXT(program) {
      loaded_cluster cluster{placement::on_loopback, 3, 2'000};
      cluster.begin_load({});
      for (int round = 0; round < 2; ++round)
        for (const auto& next : {program, std::string{ARIADNE_PROGRAM}})
          roll(cluster.processes(), cluster.nodes(), next, [&](const auto& node) { cluster.start(node); });
      cluster.judge("rolling versions");
    }
  }
}

BOOST_AUTO_TEST_CASE(no_game_is_lost_when_nodes_go_to_each_release_and_back_while_it_is_played) {
  constexpr std::size_t games = 100;
  for (const auto& program : programs_before()) {
    BOOST_TEST_CONTEXT(program) {
      game_nodes cluster;
      minotaur::scripted_play play{cluster.players(games)};
      const auto begun = play.begin();
      BOOST_REQUIRE_MESSAGE(begun, begun.error());
      for (const auto& next : {program, std::string{ARIADNE_PROGRAM}}) {
        roll(cluster.nodes, game_nodes::names(), next, [&](const auto& node) { cluster.nodes.start(node); });
        const auto part = play.end_part("rolled to " + next, minotaur::disturbance::drain);
        BOOST_TEST(part.sum.moves_acknowledged > 0u);
        for (const auto& broken : minotaur::broken_promises(part))
          BOOST_ERROR(broken);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::rolling_versions_test
