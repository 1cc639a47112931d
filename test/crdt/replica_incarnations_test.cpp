#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace replica_incarnations_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// What becomes of the replica ids of nodes that have been restarted.
BOOST_AUTO_TEST_SUITE(replica_incarnations)

namespace {

struct two_members {
  two_members() : one(network.add()), two(network.add()), link(network.connect(one, two)) {
    network.set_members();
    network.settle();
  }

  /// A third member starts, writes, learns of everything, and crashes. `keep` says whether what it has written stays.
  replica_id visit(bool keep) {
    auto& visitor = network.add();
    network.connect(visitor, one);
    network.connect(visitor, two);
    network.set_members();
    network.settle();
    visitor.put("k", "of the visitor");
    network.settle();
    network.crash(visitor);
    network.set_members();
    if (!keep)
      one.put("k", "of one");
    network.pass(1'000);
    return visitor.replica.id();
  }

  bool is_retired(replica_id id) const {
    return one.replica.retired()[id] != 0 && two.replica.retired()[id] != 0 && one.replica.vector()[id] == 0
           && two.replica.vector()[id] == 0;
  }

  /// The size of the hello with which the link between the two opens again.
  std::size_t hello_bytes() {
    network.disconnect(link);
    link = network.connect(one, two);
    const auto& frames = network.frames(one, two);
    BOOST_REQUIRE(!frames.empty());
    const auto bytes = frames.front().size();
    network.settle();
    return bytes;
  }

  replica_network network;
  network_node& one;
  network_node& two;
  link_id link;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_dead_incarnation_with_nothing_left_in_the_map_leaves_the_version_vectors, two_members) {
  const auto visitor = visit(false);
  BOOST_TEST(is_retired(visitor));
  BOOST_TEST(one.replica.covers({visitor, 1}));
}

BOOST_FIXTURE_TEST_CASE(one_with_a_live_entry_stays_until_that_is_superseded, two_members) {
  const auto visitor = visit(true);
  BOOST_TEST(one.replica.vector()[visitor] == 1u);
  BOOST_TEST(two.replica.vector()[visitor] == 1u);
  two.erase("k");
  network.pass(1'000);
  BOOST_TEST(is_retired(visitor));
}

BOOST_FIXTURE_TEST_CASE(one_that_a_member_does_not_know_of_stays, two_members) {
  auto& away = network.add();
  network.set_members();
  const auto visitor = visit(false);
  BOOST_TEST(one.replica.vector()[visitor] == 1u);
  network.connect(one, away);
  network.connect(two, away);
  network.set_members();
  network.pass(1'000);
  BOOST_TEST(is_retired(visitor));
}

// Seed 238572 of the simulator: else what has been forgotten is forgotten to be so, and nobody is told any more that
// the erased key is gone.
BOOST_FIXTURE_TEST_CASE(one_of_which_more_has_been_forgotten_than_has_arrived_stays, two_members) {
  const auto visitor = visit(true);
  const link_id link{1'000};
  one.replica.open(link, false, one.now_ms());
  const hello stranger{"test", "stranger", {0xbad}, 1, false, false, false, {}, {{visitor, 2}}, 0, {}, {}};
  BOOST_TEST(!one.replica.receive(link, encode(stranger), one.now_ms()));
  one.replica.close(link, one.now_ms());
  one.replica.take_frames();
  one.erase("k");
  network.pass(1'000);
  BOOST_TEST(one.replica.vector()[visitor] == 1u);
  BOOST_TEST(one.replica.retired().empty());
}

BOOST_FIXTURE_TEST_CASE(a_hundred_dead_incarnations_make_no_message_grow, two_members) {
  visit(false);
  const auto bytes = hello_bytes();
  for (auto i = 0; i < 100; ++i)
    visit(false);
  BOOST_TEST(one.replica.vector().size() == 1u);
  BOOST_TEST(one.replica.retired().size() == 101u);
  BOOST_TEST(hello_bytes() <= bytes + 10);
}

BOOST_FIXTURE_TEST_CASE(nothing_of_a_retired_incarnation_comes_back, two_members) {
  auto& away = network.add();
  network.connect(one, away);
  network.connect(two, away);
  const auto visitor = visit(true);
  BOOST_TEST(away.read("k") == "of the visitor");
  for (auto* node : {&one, &two})
    for (const auto& neighbour : node->replica.neighbours())
      if (neighbour.id == away.replica.id()) {
        node->replica.close(neighbour.link, node->now_ms());
        away.replica.close(neighbour.link, away.now_ms());
      }
  for (auto* node : {&one, &two})
    node->replica.set_members({one.replica.id(), two.replica.id()});
  one.erase("k");
  network.pass(1'000);
  BOOST_TEST(is_retired(visitor));
  network.connect(two, away);
  network.settle();
  BOOST_TEST(away.read("k") == absent);
  BOOST_TEST(two.read("k") == absent);
  network.set_members();
  network.pass(1'000);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_replica_that_was_taken_for_dead_goes_on_writing, two_members) {
  auto& away = network.add();
  const auto link = network.connect(one, away);
  away.put("old", "1");
  network.settle();
  one.erase("old");
  network.settle();
  network.disconnect(link);
  network.pass(1'000);
  BOOST_TEST(is_retired(away.replica.id()));
  away.put("new", "2");
  network.connect(away, two);
  network.set_members();
  network.settle();
  BOOST_TEST(one.read("new") == "2");
  BOOST_TEST(two.read("new") == "2");
  BOOST_TEST(away.read("old") == absent);
  network.pass(1'000);
  BOOST_TEST(two.replica.vector()[away.replica.id()] == 2u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_new_member_learns_what_the_retired_incarnations_have_left_behind, two_members) {
  for (auto i = 0; i < 5; ++i)
    visit(false);
  auto& late = network.add();
  network.connect(two, late);
  network.set_members();
  network.pass(2'000);
  BOOST_TEST(late.read("k") == "of one");
  BOOST_TEST((late.replica.whole_vector() == one.replica.whole_vector()));
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_lost_question_what_a_new_member_has_retired_is_asked_again, two_members) {
  visit(false);
  auto& late = network.add();
  const auto link = network.connect(late, two, true, false);
  network.deliver(late, two);
  network.frames(two, late).clear();
  // This hello answers that of `late`, which thus waits for nothing more.
  two.replica.set_push(link, true, two.now_ms());
  // And now that it has everything from `one`, no heartbeat differs.
  network.connect(late, one);
  network.settle();
  network.pass(two.replica.options().answer_within_ms + 2'000);
  BOOST_TEST(two.replica.caught_up());
  network.check_converged();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_incarnations_test
