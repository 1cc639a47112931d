#include "actors/internal/known_nodes.hpp"

#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

namespace known_nodes_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// Actors that stand for the replicas of other nodes.
struct fixture : test_system {
  caf::strong_actor_ptr first = caf::actor_cast<caf::strong_actor_ptr>(self);
  caf::scoped_actor other{system};
  caf::strong_actor_ptr second = caf::actor_cast<caf::strong_actor_ptr>(other);

  known_node up(const std::string& name, std::uint64_t replica, const caf::strong_actor_ptr& handle) const {
    return {name, node_presence::up, {replica, handle}, true};
  }
  known_node gone(const std::string& name, node_presence presence) const {
    return {name, presence, {}, true};
  }

  /// All that these have has arrived here. Returns of which nodes that is news.
  std::set<std::string> note(const std::set<caf::strong_actor_ptr>& arrived) {
    std::set<std::string> result;
    nodes.note_caught_up(
      [&](const caf::actor_addr& who) { return arrived.contains(caf::actor_cast<caf::strong_actor_ptr>(who)); },
      [&](const std::string& name) { result.insert(name); });
    return result;
  }

  known_nodes nodes;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(known_nodes, fixture)

BOOST_AUTO_TEST_CASE(a_node_that_is_up_is_caught_up_with_once_all_that_it_had_is_here) {
  nodes.update({up("b", 2, first), up("c", 3, second)});
  BOOST_TEST(!nodes.are_caught_up());
  BOOST_TEST((note({first}) == std::set<std::string>{"b"}));
  BOOST_TEST(!nodes.are_caught_up());
  BOOST_TEST((note({first, second}) == std::set<std::string>{"c"}));
  BOOST_TEST(nodes.are_caught_up());
}

BOOST_AUTO_TEST_CASE(a_node_that_was_caught_up_with_stays_so_while_it_is_down) {
  nodes.update({up("b", 2, first)});
  note({first});
  nodes.update({gone("b", node_presence::down)});
  BOOST_TEST(nodes.are_caught_up());
}

BOOST_AUTO_TEST_CASE(a_node_that_has_come_back_may_have_something_new) {
  nodes.update({up("b", 2, first)});
  note({first});
  nodes.update({gone("b", node_presence::down)});
  nodes.update({up("b", 2, first)});
  BOOST_TEST(!nodes.are_caught_up());
}

BOOST_AUTO_TEST_CASE(a_new_incarnation_of_a_node_may_have_something_new) {
  nodes.update({up("b", 2, first)});
  note({first});
  nodes.update({up("b", 7, second)});
  BOOST_TEST(!nodes.are_caught_up());
}

BOOST_AUTO_TEST_CASE(a_link_that_is_lost_stays_lost_until_there_is_another_handle) {
  nodes.update({up("b", 2, first)});
  note({first});
  nodes.lose_link(first->address());
  nodes.update({up("b", 2, first)});
  BOOST_TEST(nodes.all().at("b").has_lost_link);
  BOOST_TEST(nodes.are_caught_up());
  nodes.update({up("b", 2, second)});
  BOOST_TEST(!nodes.all().at("b").has_lost_link);
  BOOST_TEST(!nodes.are_caught_up());
}

BOOST_AUTO_TEST_CASE(what_is_down_is_not_waited_for_to_have_met_all_but_keeps_this_node_from_having_caught_up) {
  nodes.update({gone("b", node_presence::down)});
  BOOST_TEST(nodes.are_met());
  BOOST_TEST(!nodes.are_caught_up());
  nodes.update({gone("b", node_presence::unknown)});
  BOOST_TEST(!nodes.are_met());
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_node_that_is_forgotten) {
  nodes.update({up("b", 2, first)});
  nodes.update({gone("b", node_presence::forgotten)});
  BOOST_TEST(nodes.are_caught_up());
  BOOST_TEST(nodes.are_met());
  BOOST_TEST(nodes.is_alone());
  BOOST_TEST(!nodes.has_met_one());
}

BOOST_AUTO_TEST_CASE(a_node_is_alone_only_if_no_other_has_been_up_or_may_be) {
  BOOST_TEST(nodes.is_alone());
  nodes.update({gone("b", node_presence::down)});
  BOOST_TEST(nodes.is_alone());
  nodes.update({gone("b", node_presence::unknown)});
  BOOST_TEST(!nodes.is_alone());
  nodes.update({up("b", 2, first)});
  BOOST_TEST(nodes.member_count() == 1u);
  nodes.update({gone("b", node_presence::down)});
  BOOST_TEST(!nodes.is_alone());
  BOOST_TEST(nodes.has_met_one());
  BOOST_TEST(nodes.member_count() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace known_nodes_test
