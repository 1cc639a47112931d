#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace ariadne::test {

namespace {

constexpr int done = 0;
constexpr std::size_t nodes = 5;
constexpr std::size_t sessions = 2'000;

/// Restarts every node gracefully, one after the other and so many times over, as an operator deploys: the next one as
/// soon as the last one has caught up.
void restart_all(std::size_t rounds) {
  loaded_cluster cluster{placement::on_loopback, nodes, sessions};
  cluster.begin_load({});
  std::vector<double> stop_ms;
  std::vector<double> return_ms;
  for (std::size_t round = 0; round < rounds; ++round)
    for (const auto& node : cluster.nodes()) {
      using clock = std::chrono::steady_clock;
      using milliseconds = std::chrono::duration<double, std::milli>;
      const auto begin = clock::now();
      BOOST_TEST(cluster.processes().stop(node) == done);
      const auto stopped = clock::now();
      cluster.start(node);
      cluster.processes().settle();
      stop_ms.push_back(milliseconds{stopped - begin}.count());
      return_ms.push_back(milliseconds{clock::now() - stopped}.count());
    }
  measured("rolling restart, rounds", static_cast<double>(rounds), "");
  measured_spread("rolling restart, SIGTERM to exit", std::move(stop_ms), "ms");
  measured_spread("rolling restart, start to caught up", std::move(return_ms), "ms");
  cluster.judge("rolling restart");
}

} // namespace

BOOST_AUTO_TEST_SUITE(rolling_restart)

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_all_nodes_are_restarted_in_turn_while_sessions_stash) {
  restart_all(20);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rolling_restart_nightly)

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_all_nodes_are_restarted_a_hundred_times_while_sessions_stash) {
  restart_all(100);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test
