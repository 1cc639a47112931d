#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/map_audit.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace replica_refusal_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// What a replica does not accept from a neighbour.
BOOST_AUTO_TEST_SUITE(replica_refusal)

namespace {

/// A replica with a link to a neighbour that is played by hand: it is replica `a`.
struct replica_and_stranger {
  replica_and_stranger() {
    node.put("mine", "1");
    node.replica.open(link, true, node.now_ms());
    node.replica.take_frames();
  }

  std::optional<refusal> receive(std::string_view frame) {
    return node.replica.receive(link, frame, node.now_ms());
  }

  void say_hello() {
    BOOST_REQUIRE(!receive(encode(greeting)));
    for (const auto& frame : node.replica.take_frames()) {
      auto decoded = decode(frame.bytes);
      BOOST_REQUIRE(decoded);
      if (const auto* answer = std::get_if<hello>(&*decoded))
        stream = answer->stream;
    }
  }

  /// A delta with one key, and the cut.
  std::string delta_of(std::string_view key, const entry& value) {
    delta_writer out{{stream, ++number, false, {}}};
    out.add(key, causal_register{value});
    return out.finish({true, {value.dot}, {}});
  }

  /// Checks that `frame` is refused for `code`, that the neighbour is told why, and that nothing has changed.
  /// Returns the reason.
  std::string refused(std::string_view frame, refusal_code code) {
    auto vector = node.replica.vector();
    node.replica.take_frames();
    auto answer = receive(frame);
    BOOST_REQUIRE(answer);
    BOOST_TEST((answer->code == code));
    auto frames = node.replica.take_frames();
    BOOST_REQUIRE(!frames.empty());
    auto decoded = decode(frames.back().bytes);
    BOOST_REQUIRE(decoded);
    BOOST_REQUIRE(std::holds_alternative<refusal>(*decoded));
    BOOST_TEST((std::get<refusal>(*decoded).code == code));
    BOOST_TEST(std::get<refusal>(*decoded).reason == answer->reason);
    BOOST_TEST(node.replica.vector() == vector);
    BOOST_TEST(node.replica.map().size() == 1u);
    BOOST_TEST(node.replica.counters().refusals == 1u);
    return answer->reason;
  }

  /// Checks that one key is not taken, for `reason`, that the neighbour is told so, and that the cut does not count;
  /// but that the link goes on, and with it what else comes in.
  void takes_all_but_one(std::string_view frame, std::string_view key, std::string_view reason) {
    node.replica.take_frames();
    BOOST_TEST(!receive(frame));
    BOOST_TEST(node.read(key) == absent);
    BOOST_TEST(node.replica.vector()[a] == 0u);
    std::optional<heartbeat> told;
    for (const auto& sent : node.replica.take_frames()) {
      const auto decoded = decode(sent.bytes);
      BOOST_REQUIRE(decoded);
      if (const auto* said = std::get_if<ack>(&*decoded))
        BOOST_TEST(said->vector[a] == 0u);
      if (const auto* said = std::get_if<heartbeat>(&*decoded))
        told = *said;
    }
    BOOST_REQUIRE(told);
    BOOST_TEST(told->refused == 1u);
    BOOST_TEST(told->refused_because == reason);
    BOOST_TEST(!receive(delta_of("other", entry_of({a, 2}, 0, "1"))));
    BOOST_TEST(node.read("other") == "1");
    BOOST_TEST(node.replica.vector()[a] == 0u);
  }

  replica_network network;
  network_node& node = network.add();
  link_id link{1};
  hello greeting{"test", "stranger", a, 1, true, true, false, {}, {}, 0, {}, {}};
  std::uint64_t stream = 0;
  std::uint64_t number = 0;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_well_behaved_stranger_is_accepted, replica_and_stranger) {
  say_hello();
  BOOST_TEST(!receive(delta_of("x", entry_of({a, 1}, 0, "1"))));
  BOOST_TEST(node.read("x") == "1");
  BOOST_TEST(node.replica.vector()[a] == 1u);
}

// -- who may talk to us ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(replicas_of_different_clusters_refuse_each_other_and_say_why) {
  replica_network network;
  network.options.cluster = "crete";
  auto& left = network.add();
  network.options.cluster = "athens";
  auto& right = network.add();
  left.put("x", "1");
  right.put("y", "2");
  network.connect(left, right);
  network.settle();
  BOOST_TEST(right.read("x") == absent);
  BOOST_TEST(left.read("y") == absent);
  for (auto* node : {&left, &right}) {
    BOOST_REQUIRE(node->refusals.size() == 1u);
    BOOST_TEST((node->refusals[0].code == refusal_code::other_cluster));
    BOOST_TEST(node->refusals[0].reason.find("'crete'") != std::string::npos);
    BOOST_TEST(node->refusals[0].reason.find("'athens'") != std::string::npos);
    BOOST_TEST(node->replica.neighbours().empty());
  }
}

BOOST_FIXTURE_TEST_CASE(a_replica_with_our_own_id_is_refused, replica_and_stranger) {
  greeting.id = node.replica.id();
  BOOST_TEST(refused(encode(greeting), refusal_code::same_replica) == "replica id 0000000000000001 is taken");
}

BOOST_FIXTURE_TEST_CASE(another_replica_on_an_open_link_is_refused, replica_and_stranger) {
  say_hello();
  greeting.id = b;
  refused(encode(greeting), refusal_code::malformed);
}

BOOST_FIXTURE_TEST_CASE(a_delta_before_the_hello_is_ignored, replica_and_stranger) {
  BOOST_TEST(!receive(delta_of("x", entry_of({a, 1}, 0, "1"))));
  BOOST_TEST(node.read("x") == absent);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_by_the_neighbour_is_handed_on_and_not_answered, replica_and_stranger) {
  auto answer = receive(encode(refusal{refusal_code::over_limit, "too much"}));
  BOOST_REQUIRE(answer);
  BOOST_TEST((answer->code == refusal_code::over_limit));
  BOOST_TEST(answer->reason == "refused by the neighbour: too much");
  BOOST_TEST(node.replica.take_frames().empty());
}

// -- what they may say -----------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_frame_that_cannot_be_read_is_refused, replica_and_stranger) {
  say_hello();
  refused("garbage", refusal_code::unknown_version);
}

BOOST_FIXTURE_TEST_CASE(a_delta_that_is_broken_at_its_end_is_not_taken_in_half, replica_and_stranger) {
  say_hello();
  auto frame = delta_of("x", entry_of({a, 1}, 0, "1"));
  frame.pop_back();
  refused(frame, refusal_code::malformed);
  BOOST_TEST(node.read("x") == absent);
}

BOOST_FIXTURE_TEST_CASE(a_key_over_the_limit_is_refused, replica_and_stranger) {
  say_hello();
  std::string key(node.replica.options().limits.key_bytes_max + 1, 'k');
  takes_all_but_one(delta_of(key, entry_of({a, 1}, 0, "1")), key, "a key is longer than the limit");
}

BOOST_FIXTURE_TEST_CASE(a_value_over_the_limit_is_refused, replica_and_stranger) {
  say_hello();
  std::string value(node.replica.options().limits.value_bytes_max + 1, 'v');
  takes_all_but_one(delta_of("x", entry_of({a, 1}, 0, value)), "x", "a value is longer than the limit");
}

BOOST_AUTO_TEST_CASE(acknowledged_values_of_others_are_taken_although_the_map_is_full) {
  replica_network network;
  network.options.limits.map_bytes_max = 10;
  auto& left = network.add();
  auto& right = network.add();
  left.put("x", "123456");
  right.put("y", "123456");
  network.connect(left, right);
  network.settle();
  BOOST_TEST(left.replica.byte_count() == 14u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(events_of_ours_that_never_happened_are_refused, replica_and_stranger) {
  say_hello();
  dot forged{node.replica.id(), 7};
  refused(delta_of("x", entry_of(forged, 0, "forged")), refusal_code::same_replica);
  BOOST_TEST(node.read("x") == absent);
}

BOOST_FIXTURE_TEST_CASE(whoever_knows_of_events_of_ours_that_never_happened_is_refused_before_we_count_on_him,
                        replica_and_stranger) {
  const auto own = node.replica.id();
  const version_vector truth{{own, 1}};
  const version_vector lie{{own, 2}};
  node.replica.set_members({a});
  BOOST_TEST(!receive(encode(hello{"test", "stranger", a, 1, true, true, false, truth, truth, 0, {}, {}})));
  BOOST_TEST(node.replica.is_acknowledged());
  const std::string lies[] = {
    encode(hello{"test", "stranger", a, 2, true, true, false, lie, {}, 0, {}, {}}),
    encode(hello{"test", "stranger", a, 2, true, true, false, {}, lie, 0, {}, {}}),
    encode(ack{1, 0, lie}),
    delta_writer{{1, 1, true, lie}}.finish({}),
    delta_writer{{1, 1, false, {}}}.finish({true, lie, {}}),
    delta_writer{{1, 1, false, {}}}.finish({false, {}, lie}),
  };
  for (const auto& frame : lies) {
    const auto answer = receive(frame);
    BOOST_REQUIRE(answer);
    BOOST_TEST((answer->code == refusal_code::same_replica));
    BOOST_TEST(answer->reason.find(to_string(own)) != std::string::npos);
  }
  node.put("x", "2");
  BOOST_TEST(!node.replica.is_acknowledged());
}

// -- clocks ----------------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_stamp_within_the_permitted_drift_is_accepted, replica_and_stranger) {
  say_hello();
  BOOST_TEST(!receive(delta_of("x", entry_of({a, 1}, node.replica.options().drift_max_ms, "1"))));
  BOOST_TEST(node.read("x") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_stamp_too_far_ahead_is_refused_and_our_clock_is_not_dragged_along, replica_and_stranger) {
  say_hello();
  auto frame = delta_of("x", entry_of({a, 1}, node.replica.options().drift_max_ms + 1, "1"));
  takes_all_but_one(frame, "x", "a stamp is 10001 ms ahead of the clock here");
  node.put("y", "2");
  BOOST_TEST(node.replica.get("y", node.now_ms())->stamp.millis() == node.now_ms());
}

BOOST_AUTO_TEST_CASE(a_replica_whose_clock_is_too_far_ahead_can_still_read_what_the_others_write) {
  replica_network network;
  auto& left = network.add();
  auto& ahead = network.add();
  network.set_members();
  ahead.clock_offset_ms = 60'000;
  left.put("x", "1");
  network.connect(left, ahead);
  network.settle();
  BOOST_TEST(ahead.read("x") == "1");
  BOOST_TEST(left.refusals.empty());
  ahead.put("y", "2");
  network.settle();
  BOOST_TEST(left.read("y") == absent);
  BOOST_TEST(left.refusals.empty());
  BOOST_TEST(ahead.refusals.empty());
  BOOST_TEST(ahead.replica.neighbours()[0].refused_there == 1u);
  BOOST_TEST(!ahead.replica.is_acknowledged());
  // The links go on, and what the clock has done wrong is mended once it is right.
  left.put("z", "3");
  network.settle();
  BOOST_TEST(ahead.read("z") == "3");
  ahead.clock_offset_ms = 0;
  network.pass(3'000);
  BOOST_TEST(left.read("y") == "2");
  BOOST_TEST(ahead.replica.is_acknowledged());
  BOOST_TEST(ahead.replica.neighbours()[0].refused_there == 0u);
  network.check_converged();
}

BOOST_AUTO_TEST_CASE(a_put_after_the_clock_was_set_back_is_stamped_later_than_what_it_supersedes) {
  replica_network network;
  auto& early = network.add();
  auto& ahead = network.add();
  ahead.clock_offset_ms = 60'000;
  early.clock_offset_ms = 5'000;
  ahead.put("x", "1");
  early.put("y", "2");
  network.connect(early, ahead);
  network.settle();
  ahead.clock_offset_ms = 0;
  ahead.put("y", "3");
  BOOST_TEST(ahead.replica.get("y", ahead.now_ms())->stamp > early.replica.get("y", early.now_ms())->stamp);
  network.settle();
  BOOST_TEST(early.read("y") == "3");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_refusal_test
