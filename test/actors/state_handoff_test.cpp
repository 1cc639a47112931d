#include "actors/state_handoff.hpp"

#include "actors/snapshot.hpp"
#include "test/support/test_system.hpp"

#include <caf/after.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace ariadne;
using namespace ariadne::test;

namespace {

struct fixture : test_system {
  state_handoff_actor handoff(const std::string& node, std::vector<std::string> expected_nodes = {}) {
    state_handoff_options options;
    options.cluster = "test";
    options.node = node;
    options.limits = {16, 64, 1024};
    options.expected_nodes = std::move(expected_nodes);
    return keep(spawn_state_handoff(system, options));
  }

  receipt stash(const state_handoff_actor& whom, const std::string& key, const std::string& bytes) {
    return ask<receipt>(whom, stash_atom_v, key, state(bytes));
  }

  caf::error stash_error(const state_handoff_actor& whom, const std::string& key, const std::string& bytes) {
    const auto answer = try_ask<receipt>(whom, stash_atom_v, key, state(bytes));
    return answer ? caf::error{} : answer.error();
  }

  pickup_result pickup(const state_handoff_actor& whom, const std::string& key) {
    return ask<pickup_result>(whom, pickup_atom_v, key);
  }

  neighbour replica_of(const state_handoff_actor& whom) {
    return ask<neighbour>(whom, replica_atom_v);
  }

  void introduce(const state_handoff_actor& whom, const std::string& node, const state_handoff_actor& to) {
    self->send(to, node_up_atom_v, node, replica_of(whom));
  }

  static snapshot state(const std::string& bytes) {
    return {"game", 2, bytes};
  }
};

bool is_outcome(const pickup_result& result, pickup_outcome outcome) {
  return result.outcome == outcome;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(state_handoff, fixture)

BOOST_AUTO_TEST_CASE(what_is_stashed_can_be_picked_up_again_and_again) {
  const auto a = handoff("a");
  const auto stashed = stash(a, "game_ABYZ", "round 7");
  BOOST_TEST(stashed.event.counter == 1u);
  BOOST_TEST((stashed.holders == std::vector<std::uint64_t>{replica_of(a).replica}));
  for (int i = 0; i < 2; ++i) {
    const auto picked_up = pickup(a, "game_ABYZ");
    BOOST_TEST(is_outcome(picked_up, pickup_outcome::found));
    BOOST_TEST(picked_up.state.type_name == "game");
    BOOST_TEST(picked_up.state.schema_version == 2u);
    BOOST_TEST(picked_up.state.bytes == "round 7");
    BOOST_TEST(picked_up.event.replica == stashed.event.replica);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_absent) {
  BOOST_TEST(is_outcome(pickup(handoff("a"), "unknown"), pickup_outcome::absent));
}

BOOST_AUTO_TEST_CASE(a_later_stash_replaces_the_earlier_one) {
  const auto a = handoff("a");
  stash(a, "key", "old");
  stash(a, "key", "new");
  BOOST_TEST(pickup(a, "key").state.bytes == "new");
}

BOOST_AUTO_TEST_CASE(take_picks_up_and_discards) {
  const auto a = handoff("a");
  stash(a, "key", "state");
  BOOST_TEST(ask<pickup_result>(a, take_atom_v, std::string{"key"}).state.bytes == "state");
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
  BOOST_TEST(is_outcome(ask<pickup_result>(a, take_atom_v, std::string{"key"}), pickup_outcome::absent));
}

BOOST_AUTO_TEST_CASE(discard_says_whether_there_was_something) {
  const auto a = handoff("a");
  stash(a, "key", "state");
  BOOST_TEST(ask<bool>(a, discard_atom_v, std::string{"key"}));
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
  BOOST_TEST(!ask<bool>(a, discard_atom_v, std::string{"key"}));
}

BOOST_AUTO_TEST_CASE(the_keys_with_a_prefix_come_sorted) {
  const auto a = handoff("a");
  for (const auto key : {"game_b", "other", "game_a"})
    stash(a, key, "state");
  BOOST_TEST((ask<std::vector<std::string>>(a, keys_atom_v, std::string{"game_"})
              == std::vector<std::string>{"game_a", "game_b"}));
}

BOOST_AUTO_TEST_CASE(what_exceeds_a_limit_is_refused_with_the_reason) {
  const auto a = handoff("a");
  BOOST_TEST((stash_error(a, "", "state") == ec::key_empty));
  BOOST_TEST(describe(stash_error(a, std::string(17, 'k'), "state")) == "the key is too long: 17 bytes, at most 16");
  BOOST_TEST((stash_error(a, "key", std::string(65, 'v')) == ec::value_too_long));
  BOOST_TEST(system.render(stash_error(a, "", "state")) == "the key is empty");
  BOOST_TEST(ask<node_status>(a, status_atom_v).replica.keys == 0u);
}

BOOST_AUTO_TEST_CASE(a_draining_node_takes_no_new_state_but_hands_out_what_it_has) {
  const auto a = handoff("a");
  stash(a, "key", "state");
  const auto report = ask<drain_report>(a, drain_atom_v, std::uint64_t{30'000});
  BOOST_TEST(report.complete);
  BOOST_TEST(report.members == 0u);
  BOOST_TEST((stash_error(a, "other", "state") == ec::draining));
  BOOST_TEST(pickup(a, "key").state.bytes == "state");
}

BOOST_AUTO_TEST_CASE(the_status_names_the_node_and_its_replica) {
  const auto a = handoff("a");
  stash(a, "key", "state");
  const auto status = ask<node_status>(a, status_atom_v);
  BOOST_TEST(status.node == "a");
  BOOST_TEST(status.cluster == "test");
  BOOST_TEST(status.replica.replica == replica_of(a).replica);
  BOOST_TEST(status.replica.keys == 1u);
  BOOST_TEST(status.replica.caught_up);
}

BOOST_AUTO_TEST_CASE(state_stashed_on_one_node_is_picked_up_on_another) {
  const auto a = handoff("a");
  const auto b = handoff("b");
  introduce(a, "a", b);
  introduce(b, "b", a);
  stash(a, "key", "state");
  BOOST_TEST(ask<drain_report>(a, drain_atom_v, std::uint64_t{30'000}).complete);
  BOOST_TEST(pickup(b, "key").state.bytes == "state");
}

BOOST_AUTO_TEST_CASE(a_key_that_may_be_on_its_way_is_pending) {
  const auto a = handoff("a", {"b"});
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::pending));
  BOOST_TEST(!ask<node_status>(a, status_atom_v).replica.caught_up);
  const auto b = handoff("b");
  stash(b, "key", "state");
  introduce(b, "b", a);
  introduce(a, "a", b);
  BOOST_TEST(eventually([&] {
    const auto result = pickup(a, "key");
    BOOST_TEST(!is_outcome(result, pickup_outcome::absent));
    return is_outcome(result, pickup_outcome::found);
  }));
  BOOST_TEST(eventually([&] { return is_outcome(pickup(a, "unknown"), pickup_outcome::absent); }));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_down_keeps_nobody_waiting) {
  const auto a = handoff("a", {"b", "c"});
  self->send(a, node_down_atom_v, "b");
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::pending));
  self->send(a, node_left_atom_v, "c");
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
}

BOOST_AUTO_TEST_CASE(the_replica_and_its_handoff_die_together) {
  for (const bool kill_replica : {true, false}) {
    const auto a = handoff("a");
    const auto replica = caf::actor_cast<crdt_replica_actor>(replica_of(a).handle);
    self->monitor(a);
    self->monitor(replica);
    if (kill_replica)
      caf::anon_send_exit(replica, caf::exit_reason::kill);
    else
      caf::anon_send_exit(a, caf::exit_reason::kill);
    for (int ended = 0; ended < 2; ++ended)
      self->receive([](const caf::down_msg&) {}, caf::after(patience) >> [] { BOOST_FAIL("one of them lives on"); });
  }
}

BOOST_AUTO_TEST_CASE(nobody_waits_in_vain_for_a_handoff_that_dies) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto a = handoff("a");
    const auto replica = caf::actor_cast<crdt_replica_actor>(replica_of(a).handle);
    caf::anon_send_exit(replica, caf::exit_reason::kill);
    const auto answer = try_ask<node_status>(a, status_atom_v);
    BOOST_TEST((answer || answer.error() != caf::sec::request_timeout));
  }
}

BOOST_AUTO_TEST_CASE(a_new_incarnation_gets_back_what_was_stashed_on_the_old_one) {
  const auto a = handoff("a");
  const auto old_b = handoff("b");
  introduce(a, "a", old_b);
  introduce(old_b, "b", a);
  stash(old_b, "key", "state");
  BOOST_TEST(ask<drain_report>(old_b, drain_atom_v, std::uint64_t{30'000}).complete);
  const auto old_replica = replica_of(old_b).replica;
  caf::anon_send_exit(old_b, caf::exit_reason::kill);

  const auto b = handoff("b", {"a"});
  BOOST_TEST(replica_of(b).replica != old_replica);
  introduce(a, "a", b);
  introduce(b, "b", a);
  BOOST_TEST(eventually([&] { return is_outcome(pickup(b, "key"), pickup_outcome::found); }));
  BOOST_TEST(pickup(b, "key").state.bytes == "state");
}

BOOST_AUTO_TEST_SUITE_END()
