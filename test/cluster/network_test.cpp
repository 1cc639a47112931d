#include "test/support/cpu_load.hpp"
#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

namespace ariadne::test::network_test {

namespace {

// How long the faults of these scenarios last.
constexpr std::chrono::seconds freeze_time{5};
constexpr std::chrono::seconds cut_time{10};
constexpr std::chrono::seconds bad_line_time{20};

/// Three nodes on hosts, with sessions that stash once each and that there are enough of for every scenario.
struct three_hosts : loaded_cluster {
  three_hosts() : loaded_cluster(placement::on_hosts, 3, 10'000) {
    begin_load({.stashes_per_second = 200, .once = true, .write = {.concern = {}, .timeout_ms = 1'000}});
  }
};

bool is_found(loaded_cluster& cluster, const std::string& node, const std::string& key) {
  const auto found = cluster.clients().pickup(node, key);
  return found && found->outcome == pickup_outcome::found;
}

/// When a fault has begun.
struct fault_time {
  const std::chrono::system_clock::time_point begin = std::chrono::system_clock::now();

  /// Lets it last so long altogether.
  void last(std::chrono::seconds time) const {
    std::this_thread::sleep_until(begin + time);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(network, *boost::unit_test::precondition(has_virtual_network))

BOOST_AUTO_TEST_CASE(what_is_stashed_while_a_link_is_cut_arrives_once_it_is_not) {
  loaded_cluster cluster{placement::on_hosts, 2, 1};
  cluster.network().cut("a", "b");
  BOOST_TEST(
    cluster.clients().stash("a", "game_ABYZ", "round 7", {.concern = {.level = concern_level::local}}).has_value());
  BOOST_TEST(!is_found(cluster, "b", "game_ABYZ"));
  cluster.network().heal();
  BOOST_TEST(eventually([&] { return is_found(cluster, "b", "game_ABYZ"); }));
}

BOOST_AUTO_TEST_CASE(a_large_value_arrives_over_a_slow_link_and_no_node_is_taken_for_dead,
                     *boost::unit_test::precondition(has_rate_limit)) {
  loaded_cluster cluster{placement::on_hosts, 2, 1, "heartbeat_tolerance = \"2s\""};
  // It takes 6 s on the link, and a node may be silent for 2 s.
  cluster.network().limit_rate(20);
  const std::string large(std::size_t{15} << 20, 'v');
  const auto stashed = cluster.clients().stash(
    "a", "large", large, {.concern = {.level = concern_level::count, .count = 2}, .timeout_ms = 60'000});
  BOOST_TEST(stashed.has_value());
  BOOST_TEST(cluster.nodes_declared_down() == 0u);
  cluster.network().heal();
  BOOST_TEST(eventually([&] { return is_found(cluster, "b", "large"); }));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_is_frozen_for_a_while_is_missed_and_welcomed_back, three_hosts) {
  std::vector<double> detection_ms;
  for (const auto& node : nodes()) {
    const fault_time time;
    processes().signal(node, SIGSTOP);
    const auto noticed = wait_until_missed(node, others(node), time.begin);
    detection_ms.insert(detection_ms.end(), noticed.begin(), noticed.end());
    time.last(freeze_time);
    processes().signal(node, SIGCONT);
    processes().settle();
  }
  measured_spread("frozen process, to node down on another node", std::move(detection_ms), "ms");
  judge("frozen process");
}

BOOST_FIXTURE_TEST_CASE(a_link_that_is_cut_parts_its_two_ends_until_it_is_mended, three_hosts) {
  network().cut("a", "b");
  const fault_time time;
  auto detection_ms = wait_until_missed("a", {"b"}, time.begin);
  detection_ms.push_back(wait_until_missed("b", {"a"}, time.begin).front());
  measured_spread("link cut, to node down at its ends", std::move(detection_ms), "ms");
  time.last(cut_time);
  // The third node sees both, all the time.
  BOOST_TEST(eventually([&] {
    const auto members = processes().client("c").members();
    return std::all_of(members.begin(), members.end(),
                       [](const member_status& member) { return member.state == member_state::up; });
  }));
  network().heal();
  judge("link cut");
}

BOOST_FIXTURE_TEST_CASE(a_link_that_is_cut_in_one_direction_ends_in_the_same_state_at_both_ends, three_hosts) {
  network().cut_one_way("a", "b");
  const fault_time time;
  measured_spread("link cut one way, to node down at the deaf end", wait_until_missed("a", {"b"}, time.begin), "ms");
  measured_spread("link cut one way, to node down at the other end", wait_until_missed("b", {"a"}, time.begin), "ms");
  time.last(cut_time);
  network().heal();
  judge("link cut one way");
}

BOOST_FIXTURE_TEST_CASE(a_node_that_is_cut_off_from_all_others_has_everything_afterwards, three_hosts) {
  network().partition({"a"});
  const fault_time time;
  measured_spread("node cut off, to node down on another node", wait_until_missed("a", others("a"), time.begin), "ms");
  time.last(cut_time);
  network().heal();
  judge("node cut off");
}

BOOST_FIXTURE_TEST_CASE(nothing_is_lost_on_a_line_that_is_slow_and_loses_packets, three_hosts) {
  const fault_time time;
  network().delay(std::chrono::milliseconds{50});
  network().lose(20);
  time.last(bad_line_time);
  network().heal();
  measured("slow and lossy line, nodes declared down", static_cast<double>(nodes_declared_down()), "");
  judge("slow and lossy line");
}

BOOST_FIXTURE_TEST_CASE(no_node_is_declared_down_only_because_the_machine_is_busy, three_hosts) {
  std::size_t declared_down = 1;
  // What else the machine has to do may come on top of that once, but not each time.
  for (int attempt = 0; attempt < 3 && declared_down > 0; ++attempt) {
    processes().settle();
    const auto before = nodes_declared_down();
    {
      const cpu_load load{30};
      fault_time{}.last(bad_line_time);
    }
    declared_down = nodes_declared_down() - before;
    measured("30 % CPU steal, nodes declared down", static_cast<double>(declared_down), "");
  }
  BOOST_TEST(declared_down == 0u);
  judge("30 % CPU steal");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::network_test
