#include "test/support/loaded_cluster.hpp"

#include <boost/test/tools/assertion_result.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

namespace ariadne::test::rolling_versions_test {

namespace {

/// The program of the release before, which `scripts/test.sh --nightly` builds.
const char* program_before() {
  return std::getenv("ARIADNE_PROGRAM_BEFORE");
}

boost::test_tools::assertion_result has_program_before(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result{program_before() != nullptr};
  result.message() << "ARIADNE_PROGRAM_BEFORE names no program of the release before";
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

BOOST_AUTO_TEST_SUITE(rolling_versions, *boost::unit_test::precondition(has_program_before))

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_nodes_go_to_the_release_before_and_back_while_sessions_stash) {
  loaded_cluster cluster{placement::on_loopback, 3, 2'000};
  cluster.begin_load({});
  for (int round = 0; round < 2; ++round) {
    roll(cluster, program_before());
    roll(cluster, ARIADNE_PROGRAM);
  }
  cluster.judge("rolling versions");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::rolling_versions_test
