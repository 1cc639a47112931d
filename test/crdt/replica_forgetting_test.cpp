#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace replica_forgetting_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// What is dropped for good, and how those who have missed it catch up.
BOOST_AUTO_TEST_SUITE(replica_forgetting)

namespace {

struct three_members {
  explicit three_members(replica_options options = {}) {
    options.cluster = network.options.cluster;
    network.options = options;
    one = &network.add();
    two = &network.add();
    three = &network.add();
    one_two = network.connect(*one, *two);
    one_three = network.connect(*one, *three);
    two_three = network.connect(*two, *three);
    network.set_members();
    network.settle();
  }

  /// The third replica is cut off; the others count it as a member still.
  void isolate_three() {
    network.disconnect(one_three);
    network.disconnect(two_three);
  }

  /// The third replica is cut off, and the others count it as departed.
  void dismiss_three() {
    isolate_three();
    for (auto* node : {one, two})
      node->replica.set_members({one->replica.id(), two->replica.id()});
  }

  void bring_three_back() {
    one_three = network.connect(*one, *three);
    two_three = network.connect(*two, *three);
    network.set_members();
    network.pass(5'000);
  }

  std::uint64_t full_states_sent() const {
    return one->replica.counters().full_states_sent + two->replica.counters().full_states_sent
           + three->replica.counters().full_states_sent;
  }

  replica_network network;
  network_node* one;
  network_node* two;
  network_node* three;
  link_id one_two;
  link_id one_three;
  link_id two_three;
};

struct three_members_with_small_steps : three_members {
  static replica_options small_steps() {
    replica_options options;
    options.part_bytes = 1'000;
    options.window_bytes = 4'000;
    options.work_registers_max = 7;
    return options;
  }
  three_members_with_small_steps() : three_members(small_steps()) {}
};

} // namespace

// -- forgetting ------------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_erased_key_leaves_all_maps_once_all_members_know_of_it, three_members) {
  one->put("x", "1");
  network.settle();
  two->erase("x");
  network.settle();
  BOOST_TEST(one->replica.map().size() == 1u);
  network.pass(1'000);
  for (auto* node : {one, two, three})
    BOOST_TEST(node->replica.map().size() == 0u);
  network.check_converged();
  BOOST_TEST(full_states_sent() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_went_from_replica_to_replica_keeps_only_its_last_writer, three_members) {
  for (auto* node : {one, two, three}) {
    node->put("x", node->replica.options().node);
    network.settle();
  }
  BOOST_TEST(register_of(one->replica.map(), "x").context().size() == 3u);
  network.pass(1'000);
  for (auto* node : {one, two, three}) {
    BOOST_TEST(register_of(node->replica.map(), "x").is_forgotten());
    BOOST_TEST(node->read("x") == "node 3");
  }
}

BOOST_FIXTURE_TEST_CASE(nothing_is_forgotten_while_a_member_does_not_know_of_it, three_members) {
  one->put("x", "1");
  network.settle();
  isolate_three();
  two->erase("x");
  network.pass(5'000);
  BOOST_TEST(one->replica.map().size() == 1u);
  BOOST_TEST(two->replica.map().size() == 1u);
  bring_three_back();
  BOOST_TEST(three->read("x") == absent);
  for (auto* node : {one, two, three})
    BOOST_TEST(node->replica.map().size() == 0u);
  BOOST_TEST(full_states_sent() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_forgotten_key_can_be_put_again, three_members) {
  for (int round = 0; round < 5; ++round) {
    one->put("x", std::to_string(round));
    network.pass(1'000);
    BOOST_TEST(three->read("x") == std::to_string(round));
    two->erase("x");
    network.pass(1'000);
    BOOST_TEST(three->read("x") == absent);
    BOOST_TEST(three->replica.map().size() == 0u);
  }
  network.check_converged();
}

// -- who has missed it gets the full state ---------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(dead_keys_do_not_come_back_with_a_replica_that_missed_their_end, three_members) {
  one->put("dead", "1");
  one->put("alive", "1");
  network.settle();
  dismiss_three();
  one->erase("dead");
  two->put("alive", "2");
  network.pass(5'000);
  BOOST_TEST(one->replica.map().size() == 1u);
  BOOST_TEST(three->read("dead") == "1");
  bring_three_back();
  for (auto* node : {one, two, three}) {
    BOOST_TEST(node->read("dead") == absent);
    BOOST_TEST(node->read("alive") == "2");
  }
  BOOST_TEST(full_states_sent() > 0u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(what_the_returning_replica_has_written_itself_stays, three_members) {
  for (auto key : {"dead", "rewritten", "alive"})
    one->put(key, "1");
  network.settle();
  dismiss_three();
  one->erase("dead");
  one->erase("rewritten");
  network.pass(1'000);
  three->put("rewritten", "by three");
  three->put("new", "by three");
  three->erase("alive");
  network.pass(5'000);
  bring_three_back();
  for (auto* node : {one, two, three}) {
    BOOST_TEST(node->read("dead") == absent);
    BOOST_TEST(node->read("rewritten") == "by three");
    BOOST_TEST(node->read("new") == "by three");
    BOOST_TEST(node->read("alive") == absent);
  }
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(watchers_on_the_returning_replica_are_told_what_is_gone, three_members) {
  one->put("dead", "1");
  network.settle();
  dismiss_three();
  one->erase("dead");
  network.pass(5'000);
  three->replica.take_changes();
  bring_three_back();
  auto changes = three->replica.take_changes();
  BOOST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(changes[0].key == "dead");
  BOOST_TEST(!changes[0].readable());
}

BOOST_FIXTURE_TEST_CASE(a_full_state_in_many_parts_drops_nothing_before_its_end, three_members_with_small_steps) {
  constexpr int keys = 200;
  for (int i = 0; i < keys; ++i)
    one->put("k" + std::to_string(i), std::string(100, '1'));
  network.settle();
  dismiss_three();
  for (int i = 0; i < keys; i += 2)
    one->erase("k" + std::to_string(i));
  network.pass(5'000);
  network.connect(*two, *three);
  network.set_members();
  std::size_t steps = 0;
  while (!three->replica.has_work()) {
    BOOST_TEST(three->replica.key_count() == static_cast<std::size_t>(keys));
    BOOST_REQUIRE((network.deliver(*two, *three) || network.deliver(*three, *two)));
    ++steps;
  }
  BOOST_TEST(steps > 10u);
  network.pass(5'000);
  BOOST_TEST(three->replica.key_count() == static_cast<std::size_t>(keys / 2));
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(what_a_broken_full_state_has_brought_is_freed_in_steps, three_members_with_small_steps) {
  constexpr int keys = 200;
  for (int i = 0; i < keys; ++i)
    one->put("k" + std::to_string(i), "1");
  network.settle();
  dismiss_three();
  one->erase("k0");
  network.pass(5'000);
  // What is erased from now on is not forgotten, so the full state carries it.
  network.set_members();
  for (int i = 1; i < keys; ++i)
    one->erase("k" + std::to_string(i));
  network.settle();
  const auto link = network.connect(*two, *three);
  const auto received = [&] { return three->replica.counters().registers_received; };
  for (const auto before = received(); received() < before + keys / 2;)
    BOOST_REQUIRE((network.deliver(*two, *three) || network.deliver(*three, *two)));
  BOOST_TEST(!three->replica.has_work());
  network.disconnect(link);
  int steps = 0;
  for (; three->replica.has_work(); ++steps)
    three->replica.work(three->now_ms());
  BOOST_TEST(steps > 3);
  bring_three_back();
  BOOST_TEST(three->replica.key_count() == 0u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_large_full_state_is_worked_off_in_steps, three_members_with_small_steps) {
  constexpr int keys = 200;
  for (int i = 0; i < keys; ++i)
    one->put("k" + std::to_string(i), "1");
  network.settle();
  dismiss_three();
  for (int i = 0; i < keys; i += 2)
    one->erase("k" + std::to_string(i));
  network.pass(5'000);
  network.connect(*two, *three);
  while (!three->replica.has_work())
    BOOST_REQUIRE((network.deliver(*two, *three) || network.deliver(*three, *two)));
  const auto before = three->replica.vector();
  int steps = 0;
  for (; three->replica.has_work(); ++steps) {
    BOOST_TEST(three->replica.vector() == before);
    three->replica.work(three->now_ms());
  }
  BOOST_TEST(steps > 10);
  BOOST_TEST(three->replica.vector() == two->replica.vector());
  BOOST_TEST(three->replica.key_count() == static_cast<std::size_t>(keys / 2));
  network.settle();
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_full_state_that_breaks_off_is_sent_again, three_members_with_small_steps) {
  for (int i = 0; i < 100; ++i)
    one->put("k" + std::to_string(i), std::string(100, '1'));
  network.settle();
  dismiss_three();
  for (int i = 0; i < 100; i += 2)
    one->erase("k" + std::to_string(i));
  network.pass(5'000);
  one->put("new", "1");
  network.settle();
  two_three = network.connect(*two, *three);
  while (three->read("new") == absent)
    BOOST_REQUIRE((network.deliver(*two, *three) || network.deliver(*three, *two)));
  network.disconnect(two_three);
  bring_three_back();
  BOOST_TEST(three->replica.key_count() == 51u);
  network.check_converged();
}

// A neighbour has the last put of a replica that is gone, and no version vector ever covers that. Its full state breaks
// off after the entry, and before what the entry supersedes counts. Then that comes as well.
BOOST_DATA_TEST_CASE(what_an_entry_that_no_vector_covers_takes_away_later_is_forwarded,
                     boost::unit_test::data::make({true, false}), comes_in_full_state) {
  replica_network network;
  auto& middle = network.add();
  auto& far = network.add();
  network.connect(middle, far);
  const auto old = middle.put("k", "old");
  network.settle();
  const causal_register superseding{{entry_of({a, 1}, 1, "new")}, {old}};
  const link_id link{1'000};
  const auto send = [&](bool in_full_state, const delta_trailer& trailer) {
    middle.replica.open(link, false, middle.now_ms());
    BOOST_REQUIRE(!middle.replica.receive(
      link, encode(hello{"test", "near", b, 1, true, true, false, {}, {}, 0, {}, {}}), middle.now_ms()));
    const auto answer = decode(middle.replica.take_frames().back().bytes);
    const auto base = in_full_state ? version_vector{{b, 1}} : version_vector{};
    delta_writer out{{std::get<hello>(*answer).stream, 1, in_full_state, base}};
    out.add("k", superseding);
    BOOST_REQUIRE(!middle.replica.receive(link, out.finish(trailer), middle.now_ms()));
    network.settle();
    middle.replica.close(link, middle.now_ms());
    network.settle();
    BOOST_TEST(far.replica.map().fingerprint() == middle.replica.map().fingerprint());
  };
  send(true, {false, {}, {}});
  BOOST_TEST(middle.replica.map().find("k")->value_bytes() == 6u);
  send(comes_in_full_state, {true, {{b, 1}}, {}});
  BOOST_TEST(middle.replica.map().find("k")->value_bytes() == 3u);
}

BOOST_AUTO_TEST_CASE(what_stood_beside_an_entry_that_was_erased_alone_outlives_a_full_state) {
  replica_network network;
  auto& writer = network.add();
  auto& other = network.add();
  writer.put("dead", "1");
  writer.erase("dead");
  network.pass(100);
  writer.put("k", "mine");
  const auto theirs = other.put("k", "theirs");
  network.connect(writer, other);
  network.settle();
  // The context of the key now stands above the entry that is left of the same replica.
  BOOST_REQUIRE(writer.replica.erase("k", theirs, writer.now_ms()));
  network.settle();
  auto& late = network.add();
  network.connect(writer, late);
  network.settle();
  BOOST_TEST(writer.replica.counters().full_states_sent == 2u);
  for (auto* node : {&writer, &other, &late})
    BOOST_TEST(node->read("k") == "mine");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_replica_that_has_never_seen_a_dead_key_knows_that_others_may_have, three_members) {
  one->put("dead", "1");
  network.settle();
  dismiss_three();
  one->erase("dead");
  network.pass(5'000);
  auto& late = network.add();
  network.connect(*one, late);
  network.settle();
  network.crash(*one);
  network.crash(*two);
  BOOST_TEST(three->read("dead") == "1");
  network.connect(late, *three);
  network.settle();
  BOOST_TEST(three->read("dead") == absent);
  network.check_converged();
}

BOOST_AUTO_TEST_CASE(a_lost_question_whether_a_neighbour_is_behind_is_asked_again) {
  replica_network network;
  auto& gone = network.add();
  auto& left = network.add();
  auto& right = network.add();
  for (auto* node : {&gone, &left}) {
    node->put("dead", "1");
    node->erase("dead");
  }
  network.pass(100);
  for (auto* node : {&gone, &left})
    node->put("alive", "2");
  network.connect(gone, right);
  network.deliver(gone, right);
  network.crash(gone);
  network.connect(left, right);
  network.frames(right, left).clear();
  network.deliver(left, right);
  // What `right` has heard to be forgotten is news to `left`, which asks before it sends everything.
  while (network.deliver(right, left)) {
  }
  auto question = decode(network.frames(left, right).back());
  BOOST_REQUIRE(std::get<hello>(*question).answer_wanted);
  network.frames(left, right).clear();
  network.pass(left.replica.options().answer_within_ms + 2'000);
  BOOST_TEST(right.read("alive") == "2");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(an_empty_replica_needs_no_full_state_to_keep_what_it_writes_meanwhile, three_members) {
  for (int i = 0; i < 20; ++i)
    one->put("k" + std::to_string(i), "1");
  network.settle();
  for (int i = 0; i < 10; ++i)
    two->erase("k" + std::to_string(i));
  network.pass(2'000);
  network.crash(*three);
  auto& incarnation = network.add();
  incarnation.put("mine", "1");
  incarnation.put("k0", "again");
  network.connect(*one, incarnation);
  network.connect(*two, incarnation);
  network.set_members();
  network.pass(5'000);
  BOOST_TEST(incarnation.replica.key_count() == 12u);
  BOOST_TEST(one->read("mine") == "1");
  BOOST_TEST(one->read("k0") == "again");
  network.check_converged();
}

// -- the safety net --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(replicas_that_differ_although_their_vectors_do_not_are_counted_and_repaired) {
  replica_network network;
  auto& one = network.add();
  auto& two = network.add();
  // A neighbour that lies: it tells both that they know all of its events, and shows the event to one of them only.
  const auto shown = entry_of({a, 1}, 0, "1");
  for (auto* node : {&one, &two}) {
    const link_id liar{1'000};
    node->replica.open(liar, false, node->now_ms());
    BOOST_REQUIRE(!node->replica.receive(
      liar, encode(hello{"test", "liar", a, 1, true, true, false, {}, {}, 0, {}, {}}), node->now_ms()));
    node->replica.take_frames();
    delta_writer out{{1, 1, false, {}}};
    if (node == &one)
      out.add("x", causal_register{shown});
    BOOST_REQUIRE(!node->replica.receive(liar, out.finish({true, {shown.dot}, {}}), node->now_ms()));
    node->replica.close(liar, node->now_ms());
    node->replica.take_frames();
  }
  BOOST_TEST(one.replica.vector() == two.replica.vector());
  BOOST_TEST(one.read("x") == "1");
  BOOST_TEST(two.read("x") == absent);

  network.connect(one, two);
  network.pass(5'000);
  BOOST_TEST(one.replica.map().fingerprint() == two.replica.map().fingerprint());
  auto divergences = one.replica.counters().divergences + two.replica.counters().divergences;
  BOOST_TEST(divergences > 0u);
  network.pass(10'000);
  BOOST_TEST(one.replica.counters().divergences + two.replica.counters().divergences == divergences);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_forgetting_test
