#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <random>

namespace ariadne::test::kills_test {

namespace {

constexpr std::size_t nodes = 5;
constexpr std::size_t sessions = 2'000;

/// Kills nodes at random, each time one, and the next only when the last one has been started again and has caught up:
/// what is promised is that the loss of one node is survived. Kills none after `limit`, which a machine with much else
/// to do may reach.
void kill_at_random(std::size_t kills_max, std::chrono::minutes limit, std::uint32_t seed) {
  using clock = std::chrono::steady_clock;
  loaded_cluster cluster{placement::on_loopback, nodes, sessions};
  cluster.begin_load({.seed = seed});
  std::minstd_rand random{seed};
  std::vector<double> detection_ms;
  std::vector<double> return_ms;
  std::size_t kills = 0;
  for (const auto end = clock::now() + limit; kills < kills_max && clock::now() < end; ++kills) {
    const auto& victim = cluster.nodes()[random() % nodes];
    const auto begin = std::chrono::system_clock::now();
    cluster.processes().signal(victim, SIGKILL);
    cluster.processes().wait(victim);
    const auto noticed = cluster.wait_until_missed(victim, cluster.others(victim), begin);
    detection_ms.insert(detection_ms.end(), noticed.begin(), noticed.end());
    const auto started = clock::now();
    cluster.start(victim);
    cluster.processes().settle();
    return_ms.push_back(std::chrono::duration<double, std::milli>{clock::now() - started}.count());
  }
  measured("kill -9, kills", static_cast<double>(kills), "");
  measured_spread("kill -9, to node down on another node", std::move(detection_ms), "ms");
  measured_spread("kill -9, start to caught up", std::move(return_ms), "ms");
  cluster.judge("kill -9");
}

} // namespace

BOOST_AUTO_TEST_SUITE(kills)

BOOST_AUTO_TEST_CASE(what_has_a_receipt_outlives_the_nodes_that_are_killed) {
  kill_at_random(200, std::chrono::minutes{3}, 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(kills_nightly)

BOOST_AUTO_TEST_CASE(what_has_a_receipt_outlives_a_thousand_kills) {
  kill_at_random(1'000, std::chrono::minutes{30}, 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::kills_test
