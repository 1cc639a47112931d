#include "actors/internal/acknowledgements.hpp"
#include "actors/internal/handover.hpp"

#include "test/support/replica_network.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

namespace handover_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// Nodes a, b and c, of which this is a, as it knows them.
struct fixture : test_system {
  fixture() {
    network.connect_all();
    network.set_members();
    network.settle();
    know(node_presence::up, node_presence::up);
  }

  void know(node_presence b_is, node_presence c_is) {
    const auto handle = caf::actor_cast<caf::strong_actor_ptr>(self);
    nodes.update(
      {{"b", b_is, {b.replica.id().value, handle}, true}, {"c", c_is, {c.replica.id().value, handle}, true}});
  }

  std::vector<std::string> keys_left() const {
    std::vector<std::string> result;
    for (const auto& left : handover.leftovers(0).leftovers)
      result.push_back(left.key);
    return result;
  }

  replica_network network;
  network_node& a = network.add();
  network_node& b = network.add();
  network_node& c = network.add();
  known_nodes nodes;
  ariadne::handover handover{a.replica, nodes};
};

using keys = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(handover, fixture)

BOOST_AUTO_TEST_CASE(a_write_is_left_over_until_all_members_have_acknowledged_it) {
  a.put("key", "value");
  BOOST_TEST((keys_left() == keys{"key"}));
  BOOST_TEST(handover.leftovers(0).leftovers.front().reason == "not acknowledged by b, c");
  network.settle();
  network.pass(2'000);
  handover.note_acknowledged();
  BOOST_TEST(keys_left().empty());
}

BOOST_AUTO_TEST_CASE(what_all_members_had_is_handed_over_although_they_are_down_since) {
  a.put("early", "value");
  network.pass(2'000);
  handover.note_acknowledged();
  a.put("late", "value");
  know(node_presence::down, node_presence::down);
  BOOST_TEST((keys_left() == keys{"late"}));
  BOOST_TEST(handover.leftovers(0).leftovers.front().reason == "no other node is up any more");
}

BOOST_AUTO_TEST_CASE(without_members_nothing_is_taken_for_acknowledged) {
  know(node_presence::down, node_presence::down);
  a.replica.set_members({});
  a.put("key", "value");
  handover.note_acknowledged();
  BOOST_TEST((keys_left() == keys{"key"}));
}

BOOST_AUTO_TEST_CASE(pages_of_leftovers_name_each_key_once) {
  std::set<std::string> written;
  const auto count = 2 * ariadne::handover::leftovers_max + 10;
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = "key" + std::to_string(i);
    a.put(key, i % 3 == 0 ? std::string(20'000, 'x') : "value");
    written.insert(key);
  }
  std::set<std::string> left;
  std::size_t pages = 0;
  std::size_t named = 0;
  std::uint64_t next = 0;
  do {
    const auto page = handover.leftovers(next);
    BOOST_TEST(page.leftovers.size() <= ariadne::handover::leftovers_max);
    for (const auto& each : page.leftovers)
      left.insert(each.key);
    named += page.leftovers.size();
    next = page.next;
    ++pages;
  } while (next != 0 && pages < 100);
  BOOST_TEST((left == written));
  BOOST_TEST(named == written.size());
  BOOST_TEST(pages >= 3u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(acknowledgements, fixture)

BOOST_AUTO_TEST_CASE(members_count_with_what_they_have_acknowledged) {
  const ariadne::acknowledgements all{a.replica, nodes, {}, "a"};
  const auto event = a.put("key", "value");
  network.pass(2'000);
  const auto view = all.view(a.replica.id());
  BOOST_REQUIRE(view.members.size() == 2u);
  BOOST_TEST(view.members[0].acknowledged == event.counter);
  BOOST_TEST(view.members[0].is_counted);
  BOOST_TEST(view.counted_nodes == 3u);
  BOOST_TEST(view.known_nodes == 3u);
  BOOST_TEST(!view.are_nodes_unknown);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_down_count_where_a_majority_is_counted_but_are_no_members) {
  know(node_presence::up, node_presence::down);
  const auto view = ariadne::acknowledgements{a.replica, nodes, {}, "a"}.view(a.replica.id());
  BOOST_TEST(view.members.size() == 1u);
  BOOST_TEST(view.counted_nodes == 3u);
  know(node_presence::up, node_presence::unknown);
  BOOST_TEST((ariadne::acknowledgements{a.replica, nodes, {}, "a"}.view(a.replica.id()).are_nodes_unknown));
}

BOOST_AUTO_TEST_CASE(with_a_list_only_its_nodes_are_counted) {
  const ariadne::acknowledgements listed{a.replica, nodes, {"b", "d"}, "a"};
  const auto view = listed.view(a.replica.id());
  BOOST_TEST(view.counted_nodes == 2u);
  BOOST_TEST(view.known_nodes == 3u);
  BOOST_TEST(!view.is_self_counted);
  BOOST_TEST(view.members[0].is_counted);
  BOOST_TEST(!view.members[1].is_counted);
}

BOOST_AUTO_TEST_CASE(a_durable_concern_is_refused_where_nobody_keeps_a_journal) {
  const ariadne::acknowledgements all{a.replica, nodes, {}, "a"};
  BOOST_TEST(!all.check({.level = concern_level::majority}));
  network.pass(2'000);
  BOOST_TEST((all.check({.level = concern_level::majority, .durable = true}) == ec::too_few_journals));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace handover_test
