#include "actors/caf_edition.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/basp.hpp"
#include "test/support/log_book.hpp"
#include "test/support/membership_node.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cluster_membership_forgetting_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

const reserved_port ports[3];
const endpoint address_a{"127.0.0.1", ports[0].number()};
const endpoint address_b{"127.0.0.1", ports[1].number()};
const endpoint address_pod{"127.0.0.1", ports[2].number()};

/// Two nodes that list each other; `forget_after` is for both.
struct two_nodes {
  explicit two_nodes(std::chrono::milliseconds forget_after = 1h)
    : a{"a", address_a, {{"b", address_b}}, "test", 5s, {}, forget_after}, b{"b", address_b, {{"a", address_a}}, "test",
                                                                             5s,  {},        forget_after} {
    BOOST_REQUIRE(eventually_neighbours(a, 1));
    BOOST_REQUIRE(eventually_neighbours(b, 1));
  }

  std::unique_ptr<node> start_pod() {
    auto pod = std::make_unique<node>("pod", address_pod, std::vector<seed_node>{{"a", address_a}});
    BOOST_REQUIRE(eventually_up(a, "pod"));
    BOOST_REQUIRE(eventually_up(b, "pod"));
    return pod;
  }

  /// A node that they do not list comes, and is gone.
  void lose_pod() {
    start_pod().reset();
    for (auto* each : {&a, &b})
      BOOST_REQUIRE(eventually([&] { return each->state_of("pod") == member_state::down; }));
  }

  node a;
  node b;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_membership_forgetting)

BOOST_AUTO_TEST_CASE(an_unlisted_node_that_is_gone_is_forgotten_by_all_after_a_while) {
  two_nodes nodes{2s};
  auto pod = nodes.start_pod();
  pod.reset();
  for (auto* each : {&nodes.a, &nodes.b}) {
    BOOST_TEST(eventually([&] { return !each->knows("pod"); }));
    BOOST_TEST(eventually_logged(*each, "node pod is forgotten"));
    BOOST_TEST(each->member_count() == 2u);
  }
}

BOOST_AUTO_TEST_CASE(an_unlisted_node_that_leaves_is_forgotten_at_once) {
  two_nodes nodes;
  const auto pod = nodes.start_pod();
  BOOST_TEST(pod->host.ask<bool>(pod->membership, leave_atom_v));
  // Long before an hour has passed. What the two tell each other of it may still be under way.
  for (auto* each : {&nodes.a, &nodes.b})
    BOOST_TEST(eventually([&] { return !each->knows("pod"); }));
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_says_so_to_one_that_has_not_answered_its_introduction_yet) {
  log_book log;
  test_system host;
  // CAF 1.x answers a request whose promise is dropped.
  std::optional<caf::typed_response_promise<introduction_result>> unanswered;
  std::atomic<bool> is_introduced = false;
  std::atomic<bool> is_told = false;
  // It may have accepted the pod, whose membership does not know yet.
  const auto slow = host.keep(host.system.spawn(
    [&](caf::event_based_actor* self, const std::string& leaver) -> caf::behavior {
      return {
        [&, self](introduce_atom, const node_introduction&) {
          unanswered = self->make_response_promise<introduction_result>();
          is_introduced = true;
          return *unanswered;
        },
        [&, leaver](leave_atom, const std::string& node) {
          is_told = node == leaver;
          return true;
        },
      };
    },
    std::string{"pod"}));
  open_port(host.system, caf::actor_cast<peer_membership_actor>(slow), address_a, log.sink());
  node pod{"pod", address_pod, {{"a", address_a}}};
  BOOST_REQUIRE(eventually([&] { return is_introduced.load(); }));
  BOOST_TEST(pod.host.ask<bool>(pod.membership, leave_atom_v));
  BOOST_TEST(is_told.load());
}

BOOST_AUTO_TEST_CASE(a_node_that_is_forgotten_on_demand_is_forgotten_by_all_and_joins_anew_when_it_returns) {
  two_nodes nodes;
  nodes.lose_pod();
  BOOST_TEST(nodes.a.forget("pod").empty());
  BOOST_TEST(!nodes.a.knows("pod"));
  BOOST_TEST(eventually([&] { return !nodes.b.knows("pod"); }));
  const auto again = nodes.start_pod();
  BOOST_TEST((nodes.a.state_of("pod") == member_state::up));
}

BOOST_AUTO_TEST_CASE(a_listed_node_one_that_is_up_and_an_unknown_one_are_not_forgotten_and_each_with_its_reason) {
  two_nodes nodes;
  const auto pod = nodes.start_pod();
  BOOST_TEST(nodes.a.forget("b")
             == "refused: node b is listed in the cluster file, and what that lists is always tried again");
  BOOST_TEST(nodes.a.forget("pod") == "refused: node pod is up; stop it, and it is forgotten");
  BOOST_TEST(nodes.a.forget("a") == "refused: node a is the one that was asked, and is up");
  BOOST_TEST(nodes.a.forget("nobody") == "refused: node a does not know a node nobody; it knows b, pod");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_what_a_forgotten_node_may_hold) {
  node a{"a", address_a, {}};
  {
    // It tells of another one that a does not get to know any more.
    auto pod = std::make_unique<node>("pod", address_pod, std::vector<seed_node>{});
    node b{"b", address_b, {{"pod", address_pod}}};
    BOOST_TEST(eventually_up(b, "pod"));
    pod.reset();
    BOOST_TEST(eventually([&] { return b.state_of("pod") == member_state::down; }));
    const node_introduction told{node_protocols,
                                 "test",
                                 "b",
                                 to_string(address_b),
                                 {},
                                 b.host.ask<neighbour>(caf::actor_cast<node_handoff_actor>(b.handoff), replica_atom_v),
                                 {{"pod", to_string(address_pod), member_state::up, 7, 0}}};
    BOOST_TEST(a.host.ask<introduction_result>(a.membership, introduce_atom_v, told).accepted);
  }
  BOOST_TEST(a.knows("pod"));
  BOOST_TEST(eventually([&] { return a.outcome_of_pickup("key") == pickup_outcome::pending; }));
  BOOST_TEST(eventually([&] { return a.forget("b").empty() || !a.knows("b"); }));
  // What b has said last may still be under way on the other connection of the two, and name pod again.
  BOOST_TEST(eventually([&] {
    const auto refusal = a.forget("pod");
    return (refusal.empty() || !a.knows("pod")) && a.outcome_of_pickup("key") == pickup_outcome::absent;
  }));
}

BOOST_AUTO_TEST_CASE(two_nodes_whose_lists_have_different_addresses_of_one_meet_again_after_it_restarts) {
  // b listens elsewhere than the list of a says.
  node b{"b", address_b, {{"a", address_a}}};
  {
    node a{"a", address_a, {{"b", address_pod}}};
    BOOST_TEST(eventually_up(a, "b"));
    BOOST_TEST(eventually_up(b, "a"));
    BOOST_TEST(a.host.ask<bool>(a.membership, leave_atom_v));
    BOOST_TEST((b.state_of("a") == member_state::left));
  }
  node a{"a", address_a, {{"b", address_pod}}};
  BOOST_TEST(eventually_up(a, "b"));
  BOOST_TEST(eventually_up(b, "a"));
}

BOOST_AUTO_TEST_CASE(a_node_at_all_interfaces_is_known_by_the_address_at_which_it_is_reached) {
  const endpoint anywhere{"0.0.0.0", address_b.port};
  node b{"b", anywhere, {{"a", address_a}}};
  node a{"a", address_a, {}};
  BOOST_TEST(eventually_up(a, "b"));
  for (const auto& member : a.host.ask<members_page>(a.membership, status_atom_v, std::string{}).members)
    if (member.name == "b")
      BOOST_TEST(member.address == to_string(address_b));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_membership_forgetting_test
