#include "actors/state_handoff.hpp"

#include "actors/internal/replica_messages.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace requests_test {

using namespace ariadne;
using namespace ariadne::test;

// Requests that wait, and those who have sent them: what becomes of the ones when the others end.

namespace {

const wait_options long_wait{3'600'000, wait_end::arrival};

struct fixture : test_system {
  /// What is held stays so for longer than a busy machine can stop a test.
  static request_limits default_limits() {
    request_limits result;
    result.hold_max = std::chrono::hours{1};
    return result;
  }

  state_handoff_actor handoff(const std::string& node, const request_limits& limits = default_limits()) {
    state_handoff_options options;
    options.cluster = "test";
    options.node = node;
    options.requests = limits;
    return keep(spawn_state_handoff(system, options));
  }

  receipt stash(const state_handoff_actor& whom, const std::string& bytes) {
    return ask<receipt>(whom, stash_atom_v, std::string{"key"}, snapshot{"game", 1, bytes});
  }

  std::string pickup(const state_handoff_actor& whom) {
    return ask<pickup_result>(whom, pickup_atom_v, std::string{"key"}).state.bytes;
  }

  pickup_result hold(const state_handoff_actor& whom) {
    return ask<pickup_result>(whom, hold_atom_v, std::string{"key"}, wait_options{});
  }

  discard_receipt discard(const state_handoff_actor& whom, const event_id& event) {
    return ask<discard_receipt>(whom, discard_atom_v, std::string{"key"}, event);
  }

  crdt_replica_actor replica_of(const state_handoff_actor& whom) {
    return caf::actor_cast<crdt_replica_actor>(
      ask<neighbour>(caf::actor_cast<node_handoff_actor>(whom), replica_atom_v).handle);
  }

  bool eventually_waits(const state_handoff_actor& whom, std::uint64_t reads, std::uint64_t writes = 0) {
    return eventually([&] {
      const auto status = ask<node_status>(whom, status_atom_v).replica;
      return status.waiting_reads == reads && status.waiting_writes == writes;
    });
  }

  /// An actor that will have sent a request, and will have ended.
  std::optional<caf::scoped_actor> ghost{std::in_place, system};
};

bool are_same(const event_id& left, const event_id& right) {
  return left.replica == right.replica && left.counter == right.counter;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(requests, fixture)

// -- those who end ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_take_whose_requester_has_ended_takes_nothing) {
  const auto a = handoff("a");
  mail(*ghost, take_atom_v, std::string{"key"}, long_wait).send(a);
  mail(*ghost, hold_atom_v, std::string{"key"}, long_wait).send(a);
  mail(*ghost, pickup_atom_v, std::string{"key"}, long_wait).send(a);
  BOOST_TEST(eventually_waits(a, 3));
  ghost.reset();
  BOOST_TEST(eventually_waits(a, 0));
  stash(a, "round 7");
  BOOST_TEST(pickup(a) == "round 7");
  BOOST_TEST(hold(a).state.bytes == "round 7");
}

BOOST_AUTO_TEST_CASE(a_write_whose_requester_has_ended_stays_and_is_waited_for_no_longer) {
  const auto a = handoff("a");
  // A node that never answers.
  mail(self, node_up_atom_v, std::string{"b"}, neighbour{99, caf::actor_cast<caf::strong_actor_ptr>(self)})
    .send(caf::actor_cast<node_handoff_actor>(a));
  const write_options two{{concern_level::count, 2}, 3'600'000, 0};
  mail(*ghost, stash_atom_v, std::string{"key"}, snapshot{"game", 1, "round 7"}, two).send(a);
  BOOST_TEST(eventually_waits(a, 0, 1));
  ghost.reset();
  BOOST_TEST(eventually_waits(a, 0, 0));
  BOOST_TEST(pickup(a) == "round 7");
}

BOOST_AUTO_TEST_CASE(a_take_that_nobody_has_sent_takes_nothing) {
  const auto a = handoff("a");
  stash(a, "round 7");
  anon_mail(take_atom_v, std::string{"key"}).send(a);
  BOOST_TEST(pickup(a) == "round 7");
}

BOOST_AUTO_TEST_CASE(a_drain_goes_on_without_its_requester) {
  const auto a = handoff("a");
  mail(*ghost, drain_atom_v, std::uint64_t{1'000}, std::uint64_t{1'000}).send(a);
  ghost.reset();
  BOOST_TEST(eventually([&] {
    const auto answer = try_ask<receipt>(a, stash_atom_v, std::string{"key"}, snapshot{"game", 1, "late"});
    return !answer && answer.error() == ec::draining;
  }));
}

// -- takes that can fail ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_take_that_is_answered_by_an_error_takes_nothing) {
  const auto a = handoff("a");
  const auto replica = replica_of(a);
  ask<receipt>(replica, put_atom_v, std::string{"key"}, std::string{"no snapshot"}, write_options{});
  BOOST_TEST((!try_ask<pickup_result>(a, take_atom_v, std::string{"key"})));
  BOOST_TEST(ask<map_entry>(replica, get_atom_v, std::string{"key"}, wait_options{}).value.view() == "no snapshot");
}

BOOST_AUTO_TEST_CASE(what_is_held_stays_readable_until_its_event_is_discarded) {
  const auto a = handoff("a");
  const auto stashed = stash(a, "round 7");
  const auto held = hold(a);
  BOOST_TEST(held.state.bytes == "round 7");
  BOOST_TEST(are_same(held.event, stashed.event));
  BOOST_TEST(pickup(a) == "round 7");
  const auto done = discard(a, held.event);
  BOOST_TEST(done.discarded);
  BOOST_TEST(done.standing.counter == 0u);
  BOOST_TEST(pickup(a) == "");
  BOOST_TEST(!discard(a, held.event).discarded);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_taken_by_the_next_one_if_the_first_one_ends_before_it_has_discarded_it) {
  const auto a = handoff("a");
  stash(a, "round 7");
  mail(*ghost, hold_atom_v, std::string{"key"}, wait_options{}).send(a);
  (*ghost)->receive([](const pickup_result& held) { BOOST_TEST(held.state.bytes == "round 7"); });
  auto next = mail(self, take_atom_v, std::string{"key"}).request(a, patience);
  BOOST_TEST(eventually_waits(a, 1));
  ghost.reset();
  std::move(next).receive([](const pickup_result& taken) { BOOST_TEST(taken.state.bytes == "round 7"); },
                          [](const caf::error& error) { BOOST_FAIL(describe(error)); });
  BOOST_TEST(pickup(a) == "");
}

BOOST_AUTO_TEST_CASE(one_of_two_that_hold_a_key_gets_it) {
  const auto a = handoff("a");
  const auto stashed = stash(a, "round 7");
  mail(*ghost, hold_atom_v, std::string{"key"}, wait_options{}).send(a);
  (*ghost)->receive([](const pickup_result& held) { BOOST_TEST(held.state.bytes == "round 7"); });
  auto next = mail(self, hold_atom_v, std::string{"key"}, wait_options{}).request(a, patience);
  BOOST_TEST(eventually_waits(a, 1));
  mail(*ghost, discard_atom_v, std::string{"key"}, stashed.event).send(a);
  std::move(next).receive([](const pickup_result& second) { BOOST_TEST((second.outcome == pickup_outcome::absent)); },
                          [](const caf::error& error) { BOOST_FAIL(describe(error)); });
}

BOOST_AUTO_TEST_CASE(what_a_frozen_actor_holds_is_free_again_after_a_while) {
  request_limits limits;
  limits.hold_max = std::chrono::milliseconds{1};
  const auto a = handoff("a", limits);
  stash(a, "round 7");
  mail(*ghost, hold_atom_v, std::string{"key"}, wait_options{}).send(a);
  BOOST_TEST(eventually([&] { return hold(a).state.bytes == "round 7"; }));
}

BOOST_AUTO_TEST_CASE(what_has_replaced_an_event_is_not_discarded_with_it) {
  const auto a = handoff("a");
  const auto old = stash(a, "round 7");
  const auto later = stash(a, "round 8");
  const auto done = discard(a, old.event);
  BOOST_TEST(!done.discarded);
  BOOST_TEST(are_same(done.standing, later.event));
  BOOST_TEST(pickup(a) == "round 8");
}

BOOST_AUTO_TEST_CASE(what_was_stashed_at_the_same_time_is_not_discarded_with_an_event) {
  const auto a = handoff("a");
  const auto b = handoff("b");
  stash(a, "of a");
  stash(b, "of b");
  mail(self, node_up_atom_v, std::string{"b"}, ask<neighbour>(caf::actor_cast<node_handoff_actor>(b), replica_atom_v))
    .send(caf::actor_cast<node_handoff_actor>(a));
  mail(self, node_up_atom_v, std::string{"a"}, ask<neighbour>(caf::actor_cast<node_handoff_actor>(a), replica_atom_v))
    .send(caf::actor_cast<node_handoff_actor>(b));
  BOOST_TEST(eventually([&] {
    return pickup(a) == pickup(b) && ask<node_status>(a, status_atom_v).replica.caught_up
           && ask<node_status>(b, status_atom_v).replica.caught_up;
  }));
  const auto winner = hold(a);
  const auto done = discard(a, winner.event);
  BOOST_TEST(done.discarded);
  BOOST_TEST(done.standing.counter == 1u);
  const std::string other = winner.state.bytes == "of a" ? "of b" : "of a";
  BOOST_TEST(pickup(a) == other);
  BOOST_TEST(eventually([&] { return pickup(b) == other; }));
}

// -- limits ----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_beyond_the_limits_is_refused_and_has_no_effect) {
  request_limits limits;
  limits.wait_max = std::chrono::minutes{1};
  limits.requests = limits.writes = {1, 8};
  const auto a = handoff("a", limits);
  const wait_options minute{60'000, wait_end::arrival};
  BOOST_TEST((try_ask<pickup_result>(a, take_atom_v, std::string{"key"}, long_wait).error() == ec::wait_too_long));
  mail(self, take_atom_v, std::string{"key"}, minute).send(a);
  BOOST_TEST(eventually_waits(a, 1));
  BOOST_TEST((try_ask<pickup_result>(a, take_atom_v, std::string{"key"}, minute).error() == ec::too_many_requests));
  // One that need not wait is served.
  BOOST_TEST((ask<pickup_result>(a, pickup_atom_v, std::string{"key"}).outcome == pickup_outcome::absent));
  // Others are served.
  mail(*ghost, take_atom_v, std::string{"key"}, minute).send(a);
  BOOST_TEST(eventually_waits(a, 2));

  const write_options too_long{{concern_level::one, 0}, 60'001, 0};
  const snapshot state{"game", 1, "round 7"};
  BOOST_TEST((try_ask<receipt>(a, stash_atom_v, std::string{"other"}, state, too_long).error() == ec::wait_too_long));
  BOOST_TEST((ask<pickup_result>(a, pickup_atom_v, std::string{"other"}).outcome == pickup_outcome::absent));
}

BOOST_AUTO_TEST_CASE(watches_have_limits_too) {
  request_limits limits;
  limits.watches = {2, 8};
  limits.watched_bytes_max = 4;
  const auto a = handoff("a", limits);
  const auto watcher = caf::actor_cast<watcher_actor>(self);
  auto watch = [&](const std::string& prefix) {
    caf::error result;
    mail(*ghost, watch_atom_v, prefix, watcher)
      .request(a, patience)
      .receive([] {}, [&](caf::error& error) { result = std::move(error); });
    return result;
  };
  BOOST_TEST((watch("12345") == ec::too_many_requests));
  BOOST_TEST(!watch("12"));
  BOOST_TEST((watch("345") == ec::too_many_requests));
  BOOST_TEST(!watch("34"));
  BOOST_TEST((watch("") == ec::too_many_requests));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace requests_test
