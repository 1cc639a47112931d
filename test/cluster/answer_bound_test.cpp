#include "actors/handoff_messages.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace answer_bound_test {

BOOST_AUTO_TEST_SUITE(answer_bound)

using namespace ariadne;
using namespace ariadne::test;

namespace {

constexpr std::size_t mebibyte = 1 << 20;

struct connected_client : test_system {
  explicit connected_client(const endpoint& address)
    : handoff(ask<state_handoff_actor>(node_at(address), handoff_atom_v)) {}

  state_handoff_actor handoff;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_client_that_asks_for_much_at_once_costs_a_bounded_amount_of_memory) {
  cluster_process cluster{std::vector<std::string>{"a"}};
  cluster.start("a");
  const endpoint address{cluster.host("a"), cluster.port("a")};
  cluster.client("a").stash("large", {"bytes", 1, std::string(15 * mebibyte, 'x')});
  connected_client client{address};
  const auto before = cluster.peak_bytes("a");

  constexpr auto count = 60;
  auto found = 0;
  auto refused = 0;
  caf::scoped_actor asker{client.system};
  auto request = [&] {
    return mail(asker, pickup_atom_v, std::string{"large"}).request(client.handoff, std::chrono::seconds{60});
  };
  std::vector<decltype(request())> pending;
  for (auto i = 0; i < count; ++i)
    pending.push_back(request());
  for (auto& answer : pending)
    std::move(answer).receive([&](const pickup_result&) { ++found; },
                              [&](const caf::error& error) { refused += error == ec::too_many_answers; });
  BOOST_TEST(found >= 1);
  BOOST_TEST(refused >= 1);
  BOOST_TEST(cluster.peak_bytes("a") < before + 256 * mebibyte);
  // What has been taken makes room.
  BOOST_TEST(eventually([&] {
    return static_cast<bool>(client.try_ask<pickup_result>(client.handoff, pickup_atom_v, std::string{"large"}));
  }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace answer_bound_test
