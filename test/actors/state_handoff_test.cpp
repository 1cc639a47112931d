#include "actors/state_handoff.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/snapshot.hpp"
#include "test/support/test_system.hpp"

#include <caf/after.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace state_handoff_test {

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

  receipt stash(const state_handoff_actor& whom, const std::string& key, const std::string& bytes,
                const write_options& options) {
    return ask<receipt>(whom, stash_atom_v, key, state(bytes), options);
  }

  drain_report drain(const state_handoff_actor& whom, std::uint64_t timeout_ms = 30'000) {
    return ask<drain_report>(whom, drain_atom_v, timeout_ms, timeout_ms);
  }

  /// Two nodes that know each other, and wait for each other.
  std::pair<state_handoff_actor, state_handoff_actor> pair() {
    const auto a = handoff("a", {"b"});
    const auto b = handoff("b", {"a"});
    introduce(a, "a", b);
    introduce(b, "b", a);
    return {a, b};
  }

  /// Makes `to` believe that a node is up, which never answers.
  void introduce_mute_node(const std::string& node, const state_handoff_actor& to) {
    mail(self, node_up_atom_v, node, neighbour{99, caf::actor_cast<caf::strong_actor_ptr>(self)})
      .send(caf::actor_cast<node_handoff_actor>(to));
  }

  /// What the next message to this watcher says; the message has been answered then.
  handoff_events next_events(caf::scoped_actor& watcher) {
    handoff_events result;
    watcher->receive([&](handoff_events& events) { result = std::move(events); },
                     caf::after(patience) >> [] { BOOST_FAIL("nothing is told"); });
    return result;
  }

  /// The next events, as "kind subject".
  std::vector<std::string> next(caf::scoped_actor& watcher, std::size_t count) {
    static const std::vector<std::string> names{"stashed", "discarded", "expired", "up", "down", "left", "caught up"};
    std::vector<std::string> result;
    while (result.size() < count)
      for (const auto& event : next_events(watcher).events)
        result.push_back(names[static_cast<std::size_t>(event.kind)] + " " + event.subject);
    return result;
  }

  /// What is told of nodes comes from two actors, in any order.
  std::vector<std::string> next_sorted(caf::scoped_actor& watcher, std::size_t count) {
    auto result = next(watcher, count);
    std::sort(result.begin(), result.end());
    return result;
  }

  pickup_result pickup(const state_handoff_actor& whom, const std::string& key) {
    return ask<pickup_result>(whom, pickup_atom_v, key);
  }

  neighbour replica_of(const state_handoff_actor& whom) {
    return ask<neighbour>(caf::actor_cast<node_handoff_actor>(whom), replica_atom_v);
  }

  void introduce(const state_handoff_actor& whom, const std::string& node, const state_handoff_actor& to) {
    mail(self, node_up_atom_v, node, replica_of(whom)).send(caf::actor_cast<node_handoff_actor>(to));
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
  BOOST_TEST((ask<keys_page>(a, keys_atom_v, std::string{"game_"}, std::string{}).keys
              == std::vector<std::string>{"game_a", "game_b"}));
}

BOOST_AUTO_TEST_CASE(who_has_lost_sight_is_told_what_stands_page_by_page) {
  const auto a = handoff("a");
  const auto first = stash(a, "game_A", "round 7");
  stash(a, "game_B", "round 7");
  const auto second = stash(a, "game_B", "round 8");
  stash(a, "other", "round 7");
  stash(a, "game_C", "round 7");
  ask<bool>(a, discard_atom_v, std::string{"game_C"});
  const auto page = ask<handoff_events>(a, watch_atom_v, std::string{"game_"}, std::string{}).events;
  BOOST_REQUIRE(page.size() == 2u);
  BOOST_TEST((page[0].kind == handoff_event_kind::stashed && page[1].kind == handoff_event_kind::stashed));
  BOOST_TEST(page[0].subject == "game_A");
  BOOST_TEST(page[0].event.counter == first.event.counter);
  BOOST_TEST(page[1].subject == "game_B");
  BOOST_TEST(page[1].event.counter == second.event.counter);
  BOOST_TEST(ask<handoff_events>(a, watch_atom_v, std::string{"game_"}, page[1].subject).events.empty());
}

BOOST_AUTO_TEST_CASE(keys_of_the_library_are_refused_in_every_request_and_neither_listed_nor_watched) {
  const auto a = handoff("a");
  const std::string reserved{"\0ariadne/x", 10};
  const auto replica =
    caf::actor_cast<crdt_replica_actor>(ask<neighbour>(caf::actor_cast<node_handoff_actor>(a), replica_atom_v).handle);
  ask<fenced_receipt>(replica, put_atom_v, reserved, encode_snapshot(state("record")), write_fence{});
  const auto is_refused = [](const auto& answer) { return !answer && answer.error() == ec::key_reserved; };
  BOOST_TEST(is_refused(try_ask<receipt>(a, stash_atom_v, reserved, state("mine"))));
  BOOST_TEST(is_refused(try_ask<receipt>(a, stash_atom_v, reserved, state("mine"), write_options{})));
  BOOST_TEST(is_refused(try_ask<pickup_result>(a, pickup_atom_v, reserved)));
  BOOST_TEST(is_refused(try_ask<pickup_result>(a, pickup_atom_v, reserved, wait_options{1})));
  BOOST_TEST(is_refused(try_ask<pickup_result>(a, take_atom_v, reserved)));
  BOOST_TEST(is_refused(try_ask<pickup_result>(a, take_atom_v, reserved, wait_options{1})));
  BOOST_TEST(is_refused(try_ask<bool>(a, discard_atom_v, reserved)));
  BOOST_TEST(is_refused(try_ask<keys_page>(a, keys_atom_v, reserved, std::string{})));
  BOOST_TEST(is_refused(try_ask<handoff_events>(a, watch_atom_v, reserved, std::string{})));
  stash(a, "session/game/7", "mine");
  for (const auto& prefix : {std::string{}, std::string(1, '\0'), std::string{"\0ariadne", 8}}) {
    const auto keys = ask<keys_page>(a, keys_atom_v, prefix, std::string{}).keys;
    BOOST_TEST(keys == (prefix.empty() ? std::vector<std::string>{"session/game/7"} : std::vector<std::string>{}));
  }
  caf::error refused;
  mail(self, watch_atom_v, reserved, caf::actor_cast<watcher_actor>(self->ctrl()))
    .request(a, patience)
    .receive([] {}, [&](caf::error& error) { refused = std::move(error); });
  BOOST_TEST((refused == ec::key_reserved));
  caf::scoped_actor watcher{system};
  mail(self, watch_atom_v, std::string{}, caf::actor_cast<watcher_actor>(watcher->ctrl()))
    .request(a, patience)
    .receive([] {}, [&](caf::error& error) { BOOST_FAIL(describe(error)); });
  ask<fenced_receipt>(replica, put_atom_v, reserved + "2", std::string{"record"}, write_fence{});
  stash(a, "after", "it");
  BOOST_TEST(next(watcher, 1) == std::vector<std::string>{"stashed after"});
}

BOOST_AUTO_TEST_CASE(what_exceeds_a_limit_is_refused_with_the_reason) {
  const auto a = handoff("a");
  BOOST_TEST((stash_error(a, "", "state") == ec::key_empty));
  BOOST_TEST(describe(stash_error(a, std::string(17, 'k'), "state")) == "the key is too long: 17 bytes, at most 16");
  BOOST_TEST((stash_error(a, "key", std::string(65, 'v')) == ec::value_too_long));
  BOOST_TEST(describe(stash_error(a, "", "state")) == "the key is empty");
  BOOST_TEST(ask<node_status>(a, status_atom_v).replica.keys == 0u);
}

BOOST_AUTO_TEST_CASE(a_draining_node_takes_no_new_state_but_hands_out_what_it_has) {
  const auto a = handoff("a");
  stash(a, "key", "state");
  const auto report = drain(a);
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
  BOOST_TEST(drain(a).complete);
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

BOOST_AUTO_TEST_CASE(while_a_node_that_was_never_caught_up_with_may_come_back_absence_is_uncertain) {
  const auto a = handoff("a", {"b", "c"});
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  mail(self, node_left_atom_v, "c").send(caf::actor_cast<node_handoff_actor>(a));
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::pending));
  mail(self, node_left_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_node_that_is_forgotten_whoever_says_who_counts) {
  for (const auto& a : {handoff("a"), handoff("a", {"b"})}) {
    mail(self, node_left_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
    mail(self, node_down_atom_v, "pod").send(caf::actor_cast<node_handoff_actor>(a));
    BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::pending));
    mail(self, forget_atom_v, "pod").send(caf::actor_cast<node_handoff_actor>(a));
    BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
    BOOST_TEST(ask<std::vector<known_node>>(caf::actor_cast<node_handoff_actor>(a), neighbours_atom_v).empty());
  }
}

BOOST_AUTO_TEST_CASE(where_no_list_says_who_counts_a_forgotten_node_still_counts_for_a_majority) {
  const auto a = handoff("a");
  mail(self, node_down_atom_v, "pod").send(caf::actor_cast<node_handoff_actor>(a));
  mail(self, forget_atom_v, "pod").send(caf::actor_cast<node_handoff_actor>(a));
  const auto result = try_ask<receipt>(a, stash_atom_v, std::string{"key"}, snapshot{"game", 1, "state"},
                                       write_options{{concern_level::majority, 0}, 10});
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error() == ec::too_few_holders));
}

BOOST_AUTO_TEST_CASE(absence_stays_certain_when_a_node_goes_down_that_was_caught_up_with) {
  const auto [a, b] = pair();
  BOOST_TEST(eventually([&, &a = a] { return is_outcome(pickup(a, "key"), pickup_outcome::absent); }));
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::absent));
  introduce_mute_node("b", a);
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::pending));
}

// -- write concerns --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_receipt_means_by_default_that_another_node_holds_the_state) {
  const auto [a, b] = pair();
  const auto stashed = stash(a, "key", "state");
  BOOST_TEST((stashed.holders == std::vector{replica_of(a).replica, replica_of(b).replica}));
  BOOST_TEST(pickup(b, "key").state.bytes == "state");
}

BOOST_AUTO_TEST_CASE(a_node_alone_answers_at_once_that_it_alone_holds_the_state) {
  const auto a = handoff("a", {"b"});
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  BOOST_TEST((stash(a, "key", "state").holders == std::vector{replica_of(a).replica}));
}

BOOST_AUTO_TEST_CASE(a_stash_waits_until_it_is_known_whether_there_is_another_node) {
  const auto a = handoff("a", {"b"});
  bool is_answered = false;
  auto handle = mail(self, stash_atom_v, std::string{"key"}, state("state")).request(a, caf::infinite);
  BOOST_TEST(is_outcome(pickup(a, "key"), pickup_outcome::found));
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  std::move(handle).receive([&](const receipt& r) { is_answered = r.holders.size() == 1; },
                            [](const caf::error& error) { BOOST_FAIL(describe(error)); });
  BOOST_TEST(is_answered);
}

BOOST_AUTO_TEST_CASE(a_concern_that_is_not_met_in_time_is_an_error_and_the_state_stays) {
  const auto a = handoff("a", {"b", "c"});
  introduce_mute_node("b", a);
  for (const auto level : {concern_level::one, concern_level::majority, concern_level::all}) {
    const write_options options{{level, 0}, 1};
    const auto answer = try_ask<receipt>(a, stash_atom_v, std::string{"key"}, state("state"), options);
    BOOST_REQUIRE(!answer);
    BOOST_TEST((answer.error() == ec::too_few_holders));
    const auto text = describe(answer.error());
    BOOST_TEST(text.find(level == concern_level::all ? "on 3 nodes, and is on 1;" : "on 2 nodes, and is on 1;")
                 != std::string::npos,
               text);
  }
  BOOST_TEST(pickup(a, "key").state.bytes == "state");
  BOOST_TEST(stash(a, "key", "newer", {{concern_level::local, 0}, 1}).holders.size() == 1u);
  BOOST_TEST(stash(a, "key", "newest", {{concern_level::count, 1}, 1}).holders.size() == 1u);
}

BOOST_AUTO_TEST_CASE(more_holders_than_there_are_nodes_are_not_waited_for) {
  const auto a = handoff("a", {"b", "c"});
  // Longer than the test may take.
  const write_options four{{concern_level::count, 4}, 3'600'000};
  const auto answer = try_ask<receipt>(a, stash_atom_v, std::string{"key"}, state("state"), four);
  BOOST_REQUIRE(!answer);
  BOOST_TEST(describe(answer.error()).find("on 4 nodes, of which only 3 are known") != std::string::npos,
             describe(answer.error()));
  BOOST_TEST(pickup(a, "key").state.bytes == "state");
}

BOOST_AUTO_TEST_CASE(a_key_that_cannot_be_is_an_error_and_not_absent) {
  const auto a = handoff("a");
  const std::string long_key(crdt::replica_limits{}.key_bytes_max + 1, 'k');
  BOOST_TEST((try_ask<pickup_result>(a, pickup_atom_v, std::string{}).error() == ec::key_empty));
  BOOST_TEST((try_ask<pickup_result>(a, pickup_atom_v, long_key).error() == ec::key_too_long));
  BOOST_TEST((try_ask<pickup_result>(a, take_atom_v, long_key).error() == ec::key_too_long));
  BOOST_TEST((try_ask<bool>(a, discard_atom_v, std::string{}).error() == ec::key_empty));
}

BOOST_AUTO_TEST_CASE(the_majority_is_that_of_the_nodes_of_the_cluster_file) {
  const auto a = handoff("a", {"b", "c"});
  const auto b = handoff("b", {"a", "c"});
  introduce(a, "a", b);
  introduce(b, "b", a);
  BOOST_TEST(stash(a, "key", "state", {{concern_level::majority, 0}, 30'000}).holders.size() == 2u);
  BOOST_TEST(stash(a, "key", "state", {{concern_level::count, 2}, 30'000}).holders.size() == 2u);
  const write_options all{{concern_level::all, 0}, 1};
  BOOST_TEST((try_ask<receipt>(a, stash_atom_v, std::string{"key"}, state(""), all).error() == ec::too_few_holders));
}

BOOST_AUTO_TEST_CASE(state_with_a_time_to_live_is_gone_after_it) {
  const auto a = handoff("a");
  stash(a, "short", "state", {{}, 1, 1});
  stash(a, "long", "state", {{}, 1, 3'600'000});
  BOOST_TEST(eventually([&] { return is_outcome(pickup(a, "short"), pickup_outcome::absent); }));
  BOOST_TEST(is_outcome(pickup(a, "long"), pickup_outcome::found));
}

// -- waiting ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_waiting_pickup_is_answered_when_the_key_arrives_at_its_node) {
  const auto [a, b] = pair();
  auto waiting =
    mail(self, pickup_atom_v, std::string{"key"}, wait_options{60'000, wait_end::arrival}).request(b, caf::infinite);
  stash(a, "key", "state");
  std::move(waiting).receive([](const pickup_result& result) { BOOST_TEST(result.state.bytes == "state"); },
                             [](const caf::error& error) { BOOST_FAIL(describe(error)); });
}

BOOST_AUTO_TEST_CASE(of_two_that_wait_to_take_a_key_one_gets_it) {
  const auto a = handoff("a");
  const wait_options minute{60'000, wait_end::arrival};
  auto first = mail(self, take_atom_v, std::string{"key"}, minute).request(a, caf::infinite);
  auto second = mail(self, take_atom_v, std::string{"key"}, minute).request(a, caf::infinite);
  auto check_gets = [](auto& waiting, const std::string& bytes) {
    std::move(waiting).receive([&](const pickup_result& result) { BOOST_TEST(result.state.bytes == bytes); },
                               [](const caf::error& error) { BOOST_FAIL(describe(error)); });
  };
  stash(a, "key", "state");
  check_gets(first, "state");
  BOOST_TEST(ask<node_status>(a, status_atom_v).replica.waiting_reads == 1u);
  stash(a, "key", "another");
  check_gets(second, "another");
}

BOOST_AUTO_TEST_CASE(a_pickup_that_waits_for_certainty_ends_with_it) {
  const wait_options options{60'000, wait_end::certainty};
  const auto alone = handoff("a");
  BOOST_TEST(is_outcome(ask<pickup_result>(alone, pickup_atom_v, std::string{"key"}, options), pickup_outcome::absent));

  const auto a = handoff("a", {"b"});
  auto waiting = mail(self, pickup_atom_v, std::string{"key"}, options).request(a, caf::infinite);
  const auto b = handoff("b");
  introduce(a, "a", b);
  introduce(b, "b", a);
  std::move(waiting).receive(
    [](const pickup_result& result) { BOOST_TEST(is_outcome(result, pickup_outcome::absent)); },
    [](const caf::error& error) { BOOST_FAIL(describe(error)); });
}

BOOST_AUTO_TEST_CASE(at_the_end_of_its_wait_a_pickup_says_whether_absence_is_certain) {
  const wait_options briefly{1, wait_end::arrival};
  const auto unknown = std::string{"key"};
  BOOST_TEST(is_outcome(ask<pickup_result>(handoff("a"), pickup_atom_v, unknown, briefly), pickup_outcome::absent));
  BOOST_TEST(
    is_outcome(ask<pickup_result>(handoff("a", {"b"}), pickup_atom_v, unknown, briefly), pickup_outcome::pending));
}

// -- watching --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_watcher_is_told_what_happens_to_the_keys_of_its_prefix_on_any_node) {
  const auto [a, b] = pair();
  caf::scoped_actor watcher{system};
  mail(self, watch_atom_v, std::string{"game_"}, caf::actor_cast<watcher_actor>(watcher->ctrl())).send(b);
  // The watch has arrived when what is sent behind it is answered.
  BOOST_TEST(!is_outcome(pickup(b, "game_A"), pickup_outcome::found));
  stash(a, "game_A", "state");
  stash(a, "other", "state");
  stash(b, "game_B", "state");
  ask<bool>(a, discard_atom_v, std::string{"game_A"});
  BOOST_TEST((next(watcher, 3) == std::vector<std::string>{"stashed game_A", "stashed game_B", "discarded game_A"}));
}

BOOST_AUTO_TEST_CASE(a_watcher_of_nodes_is_told_who_is_there_and_who_comes_and_goes) {
  const auto a = handoff("a", {"b"});
  const auto b = handoff("b", {"a"});
  caf::scoped_actor watcher{system};
  mail(self, watch_atom_v, caf::actor_cast<watcher_actor>(watcher->ctrl())).send(a);
  introduce(a, "a", b);
  introduce(b, "b", a);
  BOOST_TEST((next_sorted(watcher, 2) == std::vector<std::string>{"caught up a", "up b"}));
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  mail(self, node_left_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  BOOST_TEST((next_sorted(watcher, 2) == std::vector<std::string>{"down b", "left b"}));

  caf::scoped_actor late{system};
  mail(self, watch_atom_v, caf::actor_cast<watcher_actor>(late->ctrl())).send(b);
  BOOST_TEST((next_sorted(late, 2) == std::vector<std::string>{"caught up b", "up a"}));
}

BOOST_AUTO_TEST_CASE(a_watcher_that_is_too_slow_holds_nobody_up_and_is_told_that_it_has_missed_some) {
  const auto a = handoff("a");
  caf::scoped_actor watcher{system};
  mail(self, watch_atom_v, std::string{}, caf::actor_cast<watcher_actor>(watcher->ctrl())).send(a);
  constexpr std::uint64_t writes = 3000;
  for (std::uint64_t i = 0; i < writes; ++i)
    stash(a, "key", std::to_string(i));
  std::size_t told = 0;
  std::uint64_t missed = 0;
  std::uint64_t last = 0;
  while (last != writes) {
    const auto events = next_events(watcher);
    told += events.events.size();
    missed += events.missed;
    last = events.events.back().event.counter;
  }
  BOOST_TEST(missed > 0u);
  BOOST_TEST(told + missed == writes);
}

// -- draining --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(participants_stash_and_stop_before_new_state_is_refused) {
  const auto [a, b] = pair();
  const auto session = keep(system.spawn(
    [](caf::event_based_actor* self, state_handoff_actor handoff) -> caf::behavior {
      return {[=](drain_atom) {
        auto promise = self->make_response_promise<std::vector<leftover>>();
        mail(self, stash_atom_v, std::string{"last"}, snapshot{"game", 1, "words"})
          .request(handoff, caf::infinite)
          .then([=](const receipt&) mutable {
            promise.deliver(std::vector<leftover>{{"other", "it is too heavy"}});
          });
        return promise;
      }};
    },
    a));
  mail(self, register_atom_v, caf::actor_cast<participant_actor>(session)).send(a);
  const auto report = drain(a);
  BOOST_TEST(!report.complete);
  BOOST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].key == "other");
  BOOST_TEST(report.leftovers[0].reason == "it is too heavy");
  BOOST_TEST(pickup(b, "last").state.bytes == "words");
  BOOST_TEST((stash_error(a, "too late", "state") == ec::draining));
}

BOOST_AUTO_TEST_CASE(a_participant_that_does_not_answer_is_named_and_holds_nobody_up) {
  const auto a = handoff("a");
  mail(self, register_atom_v, caf::actor_cast<participant_actor>(self)).send(a);
  const auto report = drain(a, 1);
  BOOST_TEST(!report.complete);
  BOOST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].reason == "has not stopped: no answer in time");
}

BOOST_AUTO_TEST_CASE(a_participant_that_has_ended_of_its_own_accord_is_done_and_one_that_died_is_left_over) {
  for (const auto& [reason, leftovers] :
       std::vector<std::pair<caf::error, std::size_t>>{{caf::error{}, 0}, {make_error(ec::refused, "no reason"), 1}}) {
    const auto a = handoff("a");
    const auto session = system.spawn(
      [](caf::event_based_actor* self, const caf::error& why) -> caf::behavior {
        return {[=](drain_atom) -> caf::result<std::vector<leftover>> {
          self->quit(why);
          return self->make_response_promise<std::vector<leftover>>();
        }};
      },
      reason);
    mail(self, register_atom_v, caf::actor_cast<participant_actor>(session)).send(a);
    const auto report = drain(a);
    BOOST_TEST(report.complete == (leftovers == 0));
    BOOST_TEST_REQUIRE(report.leftovers.size() == leftovers);
    if (leftovers > 0)
      BOOST_TEST(report.leftovers[0].reason == "has died, with what it had not stashed: refused: no reason");
  }
}

BOOST_AUTO_TEST_CASE(a_drain_does_not_end_as_if_it_were_alone_before_it_knows_whether_another_node_is_up) {
  const auto a = handoff("a", {"b"});
  stash(a, "key", "state", {{concern_level::local, 0}, 1});
  const auto report = drain(a, 1);
  BOOST_TEST(!report.complete);
  BOOST_TEST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].reason == "no other node has been met");
}

BOOST_AUTO_TEST_CASE(what_the_only_other_node_has_not_acknowledged_is_not_handed_over_when_that_goes_down) {
  const auto a = handoff("a", {"b"});
  introduce_mute_node("b", a);
  stash(a, "key", "state", {{concern_level::local, 0}, 1});
  // It is waited for until the time is up, and goes down long before.
  auto draining = mail(self, drain_atom_v, std::uint64_t{1}, std::uint64_t{3'000}).request(a, caf::infinite);
  mail(self, node_down_atom_v, "b").send(caf::actor_cast<node_handoff_actor>(a));
  std::move(draining).receive(
    [](const drain_report& report) {
      BOOST_TEST(!report.complete);
      BOOST_REQUIRE(report.leftovers.size() == 1u);
      BOOST_TEST(report.leftovers[0].key == "key");
      BOOST_TEST(report.leftovers[0].reason == "no other node is up any more");
    },
    [](const caf::error& error) { BOOST_FAIL(describe(error)); });
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
  BOOST_TEST(drain(old_b).complete);
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

} // namespace state_handoff_test
