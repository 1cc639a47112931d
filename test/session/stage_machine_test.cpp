#include "session/stage_machine.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace stage_machine_test {

using namespace ariadne;
using session::host_id;
using session::session_record;
using session::stage;

namespace {

const session::session_key key{"game", "1"};
const host_id self{"a", 1};
const host_id other{"b", 2};
const session::snapshot first_state{"game", 1, "round 1"};

session::session_host_options options(session::minority_policy minority) {
  session::session_host_options result;
  result.self = self;
  result.minority = minority;
  result.configured_nodes = {self.node};
  result.kinds["game"] = {};
  return result;
}

/// A session, alone on a host that is alone.
struct one_session {
  session::host_context host;
  session::waiters waiting;
  session::session_scope in{key, waiting, host};
  session::stage_machine machine;
  std::uint64_t written = 0;

  explicit one_session(session::minority_policy minority = session::minority_policy::run)
    : one_session(options(minority)) {}
  explicit one_session(const session::session_host_options& how) : host{how, 1'000} {
    host.mandate.catch_up();
    host.epochs.want(0);
    if (const auto reserved = host.epochs.next(host.now_ms))
      host.epochs.written({true, true, entries_of(encode(reserved->value))}, host.now_ms);
  }
  ~one_session() {
    BOOST_TEST(machine.check_invariants(key, host) == "");
  }

  template <class Command>
  std::optional<Command> last() {
    std::optional<Command> result;
    for (auto& c : host.commands.take())
      if (auto* found = std::get_if<Command>(&c))
        result = std::move(*found);
    return result;
  }

  std::vector<crdt::live_entry> entries_of(const std::string& value) {
    return {{{crdt::replica_id{1}, ++written}, crdt::shared_bytes{value}}};
  }

  /// The map writes what it is asked to.
  session_record do_write() {
    const auto write = last<session::write_record>();
    BOOST_TEST_REQUIRE(write.has_value());
    machine.write_done(in, {true, true, entries_of(write->value)});
    return *session::decode_record(write->value).record;
  }

  void run() {
    waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
    machine.start_from(first_state);
    machine.claim_if_wanted(in);
    do_write();
    BOOST_TEST_REQUIRE(machine.is(stage::running));
  }

  void note_winner(std::uint64_t epoch) {
    const session_record winner{.phase = session::session_phase::running,
                                .epoch = epoch,
                                .revision = 1,
                                .owner = other,
                                .target = {},
                                .state = first_state};
    machine.note_entries(in, entries_of(encode(winner)));
    machine.settle(in);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stage_machine, one_session)

BOOST_AUTO_TEST_CASE(a_session_runs_once_its_record_is_written) {
  machine.start_from(first_state);
  waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
  machine.claim_if_wanted(in);
  BOOST_TEST(machine.is(stage::taking));
  BOOST_TEST(host.here.contains(key));
  const auto record = do_write();
  BOOST_TEST((record.owner == self));
  BOOST_TEST(record.epoch == 1u);
  const auto started = last<session::start_session>();
  BOOST_TEST_REQUIRE(started.has_value());
  BOOST_TEST((started->run == machine.run()));
}

BOOST_AUTO_TEST_CASE(a_claim_skips_epochs_while_a_configured_node_has_not_been_met) {
  auto how = options(session::minority_policy::run);
  how.configured_nodes.insert(other.node);
  how.unmet_epoch_gap = 1'000;
  const auto epoch_of_claim = [](one_session& s) {
    s.machine.start_from(first_state);
    s.waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
    s.machine.claim_if_wanted(s.in);
    return s.do_write().epoch;
  };
  one_session unmet{how};
  BOOST_TEST(epoch_of_claim(unmet) == 1'001u);
  // Whether it is still there does not matter.
  one_session met{how};
  met.host.hosts.add(other, 1'000);
  met.host.hosts.remove(other, 1'000);
  BOOST_TEST(epoch_of_claim(met) == 1u);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_not_held_in_time_is_waited_for_longer_each_time) {
  one_session alone{session::minority_policy::pause};
  alone.host.now_ms += alone.host.mandate.start_delay_ms();
  BOOST_TEST_REQUIRE(alone.host.mandate.resume(alone.host.now_ms));
  std::vector<std::uint64_t> timeouts_ms;
  alone.machine.start_from(first_state);
  alone.waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
  for (auto attempts = 0; attempts < 7; ++attempts) {
    alone.machine.claim_if_wanted(alone.in);
    const auto write = alone.last<session::write_record>();
    BOOST_TEST_REQUIRE(write.has_value());
    timeouts_ms.push_back(write->hold_timeout_ms);
    alone.machine.write_done(alone.in, {true, false, alone.entries_of(write->value)});
    BOOST_TEST(alone.machine.is(stage::releasing));
    alone.do_write();
  }
  const auto lease_ms = alone.host.options.lease.lease_ms;
  const std::vector<std::uint64_t> expected{lease_ms,      2 * lease_ms,  4 * lease_ms, 8 * lease_ms,
                                            16 * lease_ms, 16 * lease_ms, 16 * lease_ms};
  BOOST_TEST(timeouts_ms == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_has_to_hold_a_record_is_to_have_it_on_its_disk_if_nodes_keep_journals) {
  for (const auto minority : {session::minority_policy::run, session::minority_policy::pause}) {
    auto how = options(minority);
    how.durable_records = true;
    one_session kept{how};
    kept.host.now_ms += kept.host.mandate.start_delay_ms();
    kept.host.mandate.resume(kept.host.now_ms);
    kept.machine.start_from(first_state);
    kept.waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
    kept.machine.claim_if_wanted(kept.in);
    const auto taken = kept.last<session::write_record>();
    BOOST_TEST_REQUIRE(taken.has_value());
    BOOST_TEST(taken->durable);
    BOOST_TEST(taken->hold_timeout_ms == how.lease.lease_ms);
    kept.machine.write_done(kept.in, {true, true, kept.entries_of(taken->value)});
    BOOST_TEST_REQUIRE(kept.machine.is(stage::running));
    kept.host.commands.take();
    // What the session says later is as durable as its kind asks for.
    kept.machine.checkpoint(kept.in, kept.machine.run(), {"game", 1, "round 2"});
    const auto checkpoint = kept.last<session::write_record>();
    BOOST_TEST_REQUIRE(checkpoint.has_value());
    BOOST_TEST(!checkpoint->durable);
    BOOST_TEST(checkpoint->hold_timeout_ms == 0u);
    kept.machine.write_done(kept.in, {true, true, kept.entries_of(checkpoint->value)});
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_keeps_no_session_from_running_where_no_majority_is_asked) {
  auto how = options(session::minority_policy::run);
  how.durable_records = true;
  one_session failing{how};
  failing.machine.start_from(first_state);
  failing.waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
  failing.machine.claim_if_wanted(failing.in);
  const auto first = failing.last<session::write_record>();
  BOOST_TEST_REQUIRE(first.has_value());
  failing.machine.write_done(failing.in, {true, false, failing.entries_of(first->value)});
  BOOST_TEST(failing.machine.is(stage::taking));
  const auto again = failing.last<session::write_record>();
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(!again->durable);
  BOOST_TEST((again->holders == session::record_holders::another));
  BOOST_TEST(
    (session::decode_record(again->value).record->rank() > session::decode_record(first->value).record->rank()));
  failing.machine.write_done(failing.in, {true, true, failing.entries_of(again->value)});
  BOOST_TEST(failing.machine.is(stage::running));
}

BOOST_AUTO_TEST_CASE(the_record_is_not_written_twice_at_a_time) {
  run();
  host.commands.take();
  machine.checkpoint(in, machine.run(), {"game", 1, "round 2"});
  machine.checkpoint(in, machine.run(), {"game", 1, "round 3"});
  const auto commands = host.commands.take();
  BOOST_TEST(commands.size() == 1u);
  machine.write_done(in, {true, true, entries_of(std::get<session::write_record>(commands.front()).value)});
  BOOST_TEST(do_write().state.bytes == "round 3");
}

BOOST_AUTO_TEST_CASE(only_the_run_that_owns_the_session_makes_a_checkpoint) {
  run();
  BOOST_TEST(!machine.checkpoint(in, session::run_id{machine.run().value + 1}, {"game", 1, "round 2"}));
  BOOST_TEST(machine.checkpoint(in, machine.run(), {"game", 1, "round 2"}));
  note_winner(5);
  BOOST_TEST(!machine.checkpoint(in, machine.run(), {"game", 1, "round 3"}));
}

BOOST_AUTO_TEST_CASE(a_host_that_is_outranked_stops_the_session_and_reports_its_last_state) {
  run();
  note_winner(5);
  BOOST_TEST(machine.is_stopping_to(session::stop_reason::lost));
  BOOST_TEST(machine.stopped(in, machine.run(), session::snapshot{"game", 1, "round 9"}));
  BOOST_TEST(machine.is(stage::none));
  BOOST_TEST(!host.here.contains(key));
  const auto lost = last<session::host_event>();
  BOOST_TEST_REQUIRE(lost.has_value());
  BOOST_TEST((lost->what == session::host_event::type::lost));
  BOOST_TEST(lost->state.bytes == "round 9");
}

BOOST_AUTO_TEST_CASE(a_session_that_is_taken_over_says_once_from_whom) {
  run();
  BOOST_TEST(last<session::host_event>()->taken_from.node == "");
  one_session taker;
  taker.note_winner(5);
  taker.machine.claim_if_wanted(taker.in);
  taker.do_write();
  const auto started = taker.last<session::host_event>();
  BOOST_TEST_REQUIRE(started.has_value());
  BOOST_TEST((started->what == session::host_event::type::started));
  BOOST_TEST((started->taken_from == other));
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_without_an_error_is_over) {
  run();
  const auto epoch = machine.own().epoch;
  BOOST_TEST(machine.ended(in, machine.run(), false, {}));
  BOOST_TEST(machine.is(stage::ending));
  const auto record = do_write();
  BOOST_TEST((record.phase == session::session_phase::stopped));
  BOOST_TEST(record.epoch == epoch + 1);
  BOOST_TEST(machine.is(stage::none));
}

BOOST_AUTO_TEST_CASE(a_session_that_fails_is_left_to_whoever_takes_it_and_not_claimed_for_a_while) {
  run();
  BOOST_TEST(machine.ended(in, machine.run(), true, "it broke"));
  BOOST_TEST((do_write().phase == session::session_phase::placing));
  machine.claim_if_wanted(in);
  BOOST_TEST(machine.is(stage::none));
  BOOST_TEST((machine.find_impediment(host.now_ms)->what == session::outcome::failing));
  host.now_ms += 10'000;
  machine.claim_if_wanted(in);
  BOOST_TEST(machine.is(stage::taking));
}

BOOST_AUTO_TEST_CASE(a_session_that_starts_when_the_host_drains_is_left_to_others) {
  machine.start_from(first_state);
  waiting.add({.origin = self, .number = 1, .type = session::request_type::start, .state = first_state});
  machine.claim_if_wanted(in);
  host.hosts.drain(host.now_ms);
  do_write();
  BOOST_TEST(machine.is(stage::releasing));
}

BOOST_AUTO_TEST_CASE(a_write_of_before_that_fails_leaves_nothing_to_be_written_by_a_claim) {
  run();
  host.commands.take();
  machine.checkpoint(in, machine.run(), {"game", 1, "round 2"});
  note_winner(5);
  machine.stopped(in, machine.run(), {});
  BOOST_TEST_REQUIRE(machine.is(stage::none));
  // Its answer is to come; so the claim goes on for a while.
  host.hosts.add({"c", 3}, host.now_ms);
  host.links.open({"c", 3});
  host.now_ms += 1'000;
  machine.claim_if_wanted(in);
  BOOST_TEST_REQUIRE(machine.is(stage::claiming));
  host.commands.take();
  machine.write_failed(in, "the map is full");
  machine.look_at(in);
  BOOST_TEST(!last<session::write_record>());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace stage_machine_test
