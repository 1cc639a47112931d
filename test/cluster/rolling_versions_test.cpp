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

/// Stops one node after the other, and starts it as `program`.
void roll(loaded_cluster& cluster, const std::string& program) {
  for (const auto& node : cluster.nodes()) {
    cluster.processes().install(node, program);
    BOOST_TEST(cluster.processes().stop(node) == 0);
    cluster.start(node);
    cluster.processes().settle();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(rolling_versions, *boost::unit_test::precondition(has_programs_before))

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_nodes_go_to_each_release_and_back_while_sessions_stash) {
  for (const auto& program : programs_before()) {
    BOOST_TEST_CONTEXT(program) {
      loaded_cluster cluster{placement::on_loopback, 3, 2'000};
      cluster.begin_load({});
      for (int round = 0; round < 2; ++round) {
        roll(cluster, program);
        roll(cluster, ARIADNE_PROGRAM);
      }
      cluster.judge("rolling versions");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::rolling_versions_test
