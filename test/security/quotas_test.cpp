// A client that asks for more than its share is refused, and others are served meanwhile.

#include "actors/internal/caf_edition_network.hpp"
#include "actors/request_limits.hpp"
#include "test/security/secured_cluster.hpp"
#include "test/support/raw_frames.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::test::quotas_test {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct watching_insider : insider {
  explicit watching_insider(const cluster_with_certificates& cluster)
    : insider(cluster, files_of_client(cluster.certificates.path(), "client")) {}

  /// Why it may not watch the prefix; empty if it does from now on.
  std::string watch(const std::string& prefix) {
    return refusal(handoff, watch_atom_v, prefix, watcher);
  }

  watcher_actor watcher = keep(caf::actor_cast<watcher_actor>(
    system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](const handoff_events&) {}}; })));
};

} // namespace

BOOST_AUTO_TEST_SUITE(quotas)

BOOST_AUTO_TEST_CASE(watches_are_bounded_for_each_client_and_in_all_and_end_with_the_connection) {
  const request_limits limits;
  cluster_with_certificates cluster;
  // Those of other nodes and of programs have three quarters.
  const auto clients = limits.watches.all * 3 / 4 / limits.watches.per_client;
  std::vector<std::unique_ptr<watching_insider>> greedy;
  for (std::size_t i = 1; i <= clients; ++i) {
    auto& client = *greedy.emplace_back(std::make_unique<watching_insider>(cluster));
    std::size_t watches = 0;
    while (watches <= limits.watches.per_client && client.watch("game_").empty())
      ++watches;
    // That is all for this one, and the next one has as many. Of the last, the node itself has a few.
    BOOST_TEST((i == clients ? watches > 0 : watches == limits.watches.per_client));
  }
  watching_insider late{cluster};
  BOOST_TEST(contains(late.watch("game_"), "too many requests wait already"));
  // All else is served.
  BOOST_TEST(cluster.run("a", "client", {"stash", "game_1"}, "round 7").exit_code == 0);
  greedy.pop_back();
  BOOST_TEST(eventually([&] { return late.watch("game_").empty(); }));
}

BOOST_AUTO_TEST_CASE(a_client_that_watches_long_prefixes_leaves_room_for_those_of_others) {
  const request_limits limits;
  constexpr std::size_t key_bytes_max = 8'192;
  cluster_with_certificates cluster{{}, "key_bytes_max = " + std::to_string(key_bytes_max) + "\n"};
  watching_insider greedy{cluster};
  const std::string prefix(key_bytes_max, 'p');
  for (std::size_t bytes = 0; bytes < limits.client_watched_bytes_max; bytes += key_bytes_max)
    BOOST_TEST_REQUIRE(greedy.watch(prefix) == "");
  BOOST_TEST(contains(greedy.watch(prefix), "one client may watch 262144 bytes of prefixes"));
  watching_insider other{cluster};
  BOOST_TEST(other.watch(prefix) == "");
}

BOOST_AUTO_TEST_CASE(waiting_reads_are_bounded_for_each_client_and_end_with_the_connection) {
  const request_limits limits;
  cluster_with_certificates cluster;
  BOOST_TEST(cluster.run("a", "client", {"stash", "game_1"}, "round 7").exit_code == 0);
  insider other{cluster, files_of_client(cluster.certificates.path(), "observer")};
  const auto waiting_reads = [&] { return other.ask<node_status>(other.handoff, status_atom_v).replica.waiting_reads; };
  {
    insider greedy{cluster, files_of_client(cluster.certificates.path(), "client")};
    const wait_options long_wait{600'000, wait_end::arrival};
    for (std::size_t i = 0; i < limits.requests.per_client; ++i)
      greedy.send(greedy.handoff, pickup_atom_v, std::string{"none"}, long_wait);
    BOOST_TEST(contains(greedy.refusal(greedy.handoff, pickup_atom_v, std::string{"none"}, long_wait),
                        "too many requests wait already"));
    BOOST_TEST(waiting_reads() == limits.requests.per_client);
    BOOST_TEST(cluster.run("a", "client", {"pickup", "game_1", "--wait", "10s"}).out == "round 7");
  }
  BOOST_TEST(eventually([&] { return waiting_reads() == 0; }));
}

BOOST_AUTO_TEST_CASE(sessions_are_bounded_and_whoever_ends_one_makes_room) {
  cluster_with_certificates cluster{{}, "sessions_max = 3\n"};
  cluster.settle();
  const auto start = [&](const std::string& id) {
    return cluster.run("a", "client", {"session", "start", "minotaur/" + id});
  };
  for (const auto* id : {"1", "2", "3"}) {
    const auto started = start(id);
    BOOST_TEST(started.exit_code == 0, started.err);
  }
  const auto refused = start("4");
  BOOST_TEST(refused.exit_code != 0);
  BOOST_TEST(contains(refused.err, "as many sessions run as may, 3; end some first"), refused.err);
  // Those that run are served.
  BOOST_TEST(start("3").exit_code == 0);
  BOOST_TEST(eventually([&] { return contains(cluster.run("b", "client", {"sessions"}).out, "minotaur/1"); }));
  BOOST_TEST(cluster.run("b", "client", {"session", "stop", "minotaur/1"}).exit_code == 0);
  BOOST_TEST(eventually([&] { return start("4").exit_code == 0; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_no_answers_costs_its_share_and_no_more) {
  cluster_with_certificates cluster;
  BOOST_TEST(cluster.run("a", "client", {"stash", "large"}, std::string(mebibyte, 'v')).exit_code == 0);
  insider other{cluster, files_of_client(cluster.certificates.path(), "client")};
  const auto pickup = detail::bytes_of(other.system, caf::make_message(pickup_atom_v, std::string{"large"}));
  const auto before = cluster.nodes.resident_bytes("a");
  raw_connection greedy{cluster.nodes.port("a"), cluster.certificates.client("client")};
  greedy.send(raw_client_handshake(raw_node_id('g')));
  for (std::uint64_t number = 1; number <= 300; ++number)
    BOOST_TEST(greedy.send(raw_message(pickup, 5, other.handoff->id(), normal_message | number)));
  // What it has sent has been handled once somebody is served who has asked after it.
  for (int i = 0; i < 10; ++i)
    BOOST_TEST(other.ask<pickup_result>(other.handoff, pickup_atom_v, std::string{"large"}).state.bytes.size()
               == mebibyte);
  BOOST_TEST(cluster.nodes.resident_bytes("a") < before + 96 * mebibyte);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::quotas_test
