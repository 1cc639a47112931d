#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace replica_topology_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// Several replicas, and who sends to whom.
BOOST_AUTO_TEST_SUITE(replica_topology)

namespace {

struct three_replicas {
  explicit three_replicas(std::size_t part_bytes = replica_options{}.part_bytes) {
    network.options.part_bytes = part_bytes;
    one = &network.add();
    two = &network.add();
    three = &network.add();
  }

  std::uint64_t registers_sent() const {
    return one->replica.counters().registers_sent + two->replica.counters().registers_sent
           + three->replica.counters().registers_sent;
  }

  replica_network network;
  network_node* one;
  network_node* two;
  network_node* three;
};

/// The first replica dies after three parts of a batch, each with one register.
struct unfinished_batch : three_replicas {
  unfinished_batch() : three_replicas(1) {}

  void begin_batch_and_crash() {
    for (int i = 0; i < 10; ++i)
      one->put("k" + std::to_string(i), "1");
    network.connect(*one, *two);
    while (two->replica.key_count() < 3) {
      network.deliver(*two, *one);
      network.deliver(*one, *two);
    }
    network.crash(*one);
    BOOST_TEST(two->replica.vector()[one->replica.id()] == 0u);
  }
};

/// Puts a key of its own on each node, and checks that all nodes get all of them.
void check_all_hear_all(replica_network& network, const std::vector<network_node*>& nodes) {
  for (auto* node : nodes)
    node->put("of " + node->replica.options().node, "1");
  network.pass(2'000);
  for (auto* node : nodes)
    BOOST_TEST(node->replica.key_count() == nodes.size());
  for (auto* node : nodes)
    node->put("of all", node->replica.options().node);
  network.pass(2'000);
  nodes.front()->erase("of all");
  network.pass(2'000);
  for (auto* node : nodes)
    BOOST_TEST(node->read("of all") == absent);
  network.check_converged();
}

} // namespace

// -- the full mesh ---------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_mesh_sends_each_event_once_to_each_replica, three_replicas) {
  network.connect_all();
  network.set_members();
  network.settle();
  for (auto* node : {one, two, three})
    for (int i = 0; i < 10; ++i)
      node->put(node->replica.options().node + std::to_string(i), "1");
  network.pass(5'000);
  network.check_converged();
  BOOST_TEST(one->replica.key_count() == 30u);
  BOOST_TEST(registers_sent() == 60u);
}

BOOST_FIXTURE_TEST_CASE(a_replica_that_joins_a_mesh_gets_each_event_at_most_once_from_each_neighbour, three_replicas) {
  network.connect(*one, *two);
  for (int i = 0; i < 10; ++i)
    one->put("k" + std::to_string(i), "1");
  network.settle();
  auto before = registers_sent();
  network.connect(*one, *three);
  network.connect(*two, *three);
  network.pass(5'000);
  network.check_converged();
  BOOST_TEST(registers_sent() - before <= 20u);
}

// -- other graphs ----------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_line_forwards_in_both_directions, three_replicas) {
  network.connect(*one, *two);
  network.connect(*two, *three);
  network.settle();
  one->put("x", "1");
  three->put("y", "2");
  network.settle();
  BOOST_TEST(three->read("x") == "1");
  BOOST_TEST(one->read("y") == "2");
  network.check_converged();
}

BOOST_DATA_TEST_CASE(a_ring_of_any_size_carries_every_event_to_all, boost::unit_test::data::xrange(3, 7), size) {
  replica_network network;
  std::vector<network_node*> nodes;
  for (int i = 0; i < size; ++i)
    nodes.push_back(&network.add());
  for (int i = 0; i < size; ++i)
    network.connect(*nodes[i], *nodes[(i + 1) % size]);
  check_all_hear_all(network, nodes);
}

BOOST_AUTO_TEST_CASE(a_star_carries_every_event_to_all) {
  replica_network network;
  std::vector<network_node*> nodes{&network.add()};
  for (int i = 0; i < 4; ++i) {
    nodes.push_back(&network.add());
    network.connect(*nodes.front(), *nodes.back());
  }
  check_all_hear_all(network, nodes);
}

BOOST_FIXTURE_TEST_CASE(an_edge_may_have_one_direction_only, three_replicas) {
  network.connect(*one, *two, true, false);
  one->put("x", "1");
  two->put("y", "2");
  network.pass(2'000);
  BOOST_TEST(two->read("x") == "1");
  BOOST_TEST(one->read("y") == absent);
}

BOOST_FIXTURE_TEST_CASE(a_cycle_of_edges_of_one_direction_carries_every_event_to_all, three_replicas) {
  network.connect(*one, *two, true, false);
  network.connect(*two, *three, true, false);
  network.connect(*three, *one, true, false);
  check_all_hear_all(network, {one, two, three});
}

BOOST_FIXTURE_TEST_CASE(an_event_is_acknowledged_over_an_edge_of_one_direction, three_replicas) {
  network.connect(*one, *two, true, false);
  network.set_members();
  auto written = one->put("x", "1");
  network.settle();
  BOOST_TEST(one->replica.holders(written).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_direction_can_be_switched_on_and_off, three_replicas) {
  auto link = network.connect(*one, *two, false, false);
  network.settle();
  one->put("x", "1");
  network.settle();
  BOOST_TEST(two->read("x") == absent);
  one->replica.set_push(link, true, one->now_ms());
  network.settle();
  BOOST_TEST(two->read("x") == "1");
  one->replica.set_push(link, false, one->now_ms());
  one->put("x", "2");
  network.settle();
  BOOST_TEST(two->read("x") == "1");
  one->replica.set_push(link, true, one->now_ms());
  network.settle();
  BOOST_TEST(two->read("x") == "2");
}

// -- when the origin fails -------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(what_only_one_survivor_got_from_a_crashed_origin_it_forwards, three_replicas) {
  network.connect_all();
  network.settle();
  one->put("x", "1");
  network.deliver(*one, *two);
  network.crash(*one);
  BOOST_TEST(three->read("x") == absent);
  network.settle();
  BOOST_TEST(three->read("x") == "1");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(what_a_survivor_got_of_an_unfinished_batch_it_forwards, unfinished_batch) {
  network.connect(*two, *three);
  network.settle();
  begin_batch_and_crash();
  network.settle();
  BOOST_TEST(three->replica.key_count() == 3u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(what_was_rescued_from_an_unfinished_batch_reaches_a_replica_that_joins_later,
                        unfinished_batch) {
  begin_batch_and_crash();
  network.settle();
  network.connect(*two, *three);
  network.settle();
  BOOST_TEST(three->replica.key_count() == 3u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(what_was_rescued_from_an_unfinished_batch_can_be_replaced_and_erased, unfinished_batch) {
  network.connect(*two, *three);
  begin_batch_and_crash();
  network.settle();
  two->put("k0", "2");
  three->erase("k1");
  network.settle();
  BOOST_TEST(three->read("k0") == "2");
  BOOST_TEST(two->read("k1") == absent);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(an_event_that_its_origin_does_not_deliver_is_forwarded_after_a_moment, three_replicas) {
  network.connect_all();
  network.settle();
  one->put("x", "1");
  network.deliver(*one, *two);
  network.frames(*one, *three).clear();
  network.settle();
  BOOST_TEST(three->read("x") == absent);
  network.pass(one->replica.options().forward_after_ms + 200);
  BOOST_TEST(three->read("x") == "1");
  network.pass(20'000);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_cut_claims_nothing_of_what_is_left_to_another_replica, three_replicas) {
  network.connect_all();
  network.settle();
  one->put("x", "1");
  network.deliver(*one, *two);
  network.frames(*one, *three).clear();
  two->put("y", "2");
  network.settle();
  BOOST_TEST(three->read("y") == "2");
  BOOST_TEST(three->read("x") == absent);
  BOOST_TEST(three->replica.vector() == (version_vector{{two->replica.id(), 1}}));
  network.pass(20'000);
  BOOST_TEST(three->read("x") == "1");
  network.check_converged();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_topology_test
