#include "session/ballot.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace ballot_test {

using namespace ariadne;
using session::claim;
using session::host_id;
using session::verdict;

namespace {

const session::session_key key{"game", "1"};
const host_id self{"a", 5};
const host_id other{"b", 2};
const host_id third{"c", 9};

session::session_host_options options_of(session::minority_policy minority) {
  session::session_host_options result;
  result.self = self;
  result.minority = minority;
  result.configured_nodes = {"a", "b", "c"};
  return result;
}

session::session_record record_of(const host_id& owner, std::uint64_t epoch) {
  return {
    .phase = session::session_phase::running, .epoch = epoch, .revision = 1, .owner = owner, .target = {}, .state = {}};
}

struct asked_host {
  explicit asked_host(session::minority_policy minority = session::minority_policy::run)
    : options(options_of(minority)), hosts(options), mandate(options, 0), epochs(self, options.pauses()) {}

  ~asked_host() {
    BOOST_TEST(ballot.check_invariants(self, is_claiming) == "");
  }

  void note(const session::session_record& r) {
    session::run_counts counts;
    record.note({{{crdt::replica_id{1}, ++written}, crdt::shared_bytes{encode(r)}}}, false, counts);
    ballot.note_epoch(record.epoch());
  }

  verdict ask(const host_id& from, const claim& m, const session::session_record* own = nullptr) {
    return ballot.judge({.from = from, .claim = m, .record = record, .own = own, .is_claiming = is_claiming}, around());
  }

  /// A claim of what nobody has ever seen.
  verdict ask(const host_id& from, std::uint64_t epoch) {
    claim m;
    m.key = key;
    m.epoch = epoch;
    return ask(from, m);
  }

  /// The disk has what is to be reserved.
  void reserve(std::uint64_t wanted) {
    epochs.want(wanted);
    const auto write = epochs.next(now_ms);
    BOOST_TEST_REQUIRE(write.has_value());
    epochs.written({true, true, {{{crdt::replica_id{2}, ++written}, crdt::shared_bytes{encode(write->value)}}}},
                   now_ms);
  }

  session::ballot::surroundings around() const {
    return {.options = options, .hosts = hosts, .mandate = mandate, .epochs = epochs, .now_ms = now_ms};
  }

  session::session_host_options options;
  session::roster hosts;
  session::mandate mandate;
  session::epoch_reserve epochs;
  session::record_view record;
  session::ballot ballot;
  std::uint64_t now_ms = 10'000;
  std::uint64_t written = 0;
  bool is_claiming = false;
};

struct careful_host : asked_host {
  careful_host() : asked_host(session::minority_policy::pause) {
    mandate.catch_up();
    reserve(0);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ballot)

BOOST_FIXTURE_TEST_CASE(an_epoch_is_granted_to_one_claimant_only, asked_host) {
  hosts.add(other, now_ms);
  hosts.add(third, now_ms);
  BOOST_TEST((ask(other, 1) == verdict::granted));
  BOOST_TEST((ask(third, 1) == verdict::granted_to_other));
  BOOST_TEST((ask(other, 1) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(no_lesser_epoch_is_granted_to_another_host_even_when_the_grant_has_lapsed, asked_host) {
  hosts.add(other, now_ms);
  BOOST_TEST((ask(other, 4) == verdict::granted));
  now_ms += options.move_timeout_ms;
  BOOST_TEST((ask(third, 4) == verdict::granted_to_other));
  BOOST_TEST((ask(third, 5) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_claim_that_is_withdrawn_makes_room_for_the_next_one, asked_host) {
  hosts.add(other, now_ms);
  ask(other, 1);
  BOOST_TEST(!ballot.withdraw(third, 1));
  BOOST_TEST(!ballot.withdraw(other, 2));
  BOOST_TEST(ballot.withdraw(other, 1));
  BOOST_TEST((ask(third, 1) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_claim_that_does_not_know_the_last_record_is_outdated, asked_host) {
  note(record_of(other, 3));
  BOOST_TEST((ask(third, 4) == verdict::outdated));
}

BOOST_FIXTURE_TEST_CASE(what_an_owner_that_is_seen_runs_is_granted_to_nobody, asked_host) {
  const auto owned = record_of(other, 3);
  note(owned);
  const auto m = ballot.next_claim(key, record);
  BOOST_TEST((ask(third, m) == verdict::granted));
  BOOST_TEST(ballot.withdraw(third, m.epoch));
  hosts.add(other, now_ms);
  BOOST_TEST((ask(third, m) == verdict::owned));
}

BOOST_FIXTURE_TEST_CASE(of_two_claims_the_one_with_the_greater_epoch_and_incarnation_goes_on, asked_host) {
  ballot.begin(ballot.next_claim(key, record), {other, third});
  is_claiming = true;
  BOOST_TEST((ask(other, 1) == verdict::granted_to_other));
  BOOST_TEST((ask(third, 1) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_claim_goes_beyond_every_epoch_that_was_heard_of, asked_host) {
  hosts.add(other, now_ms);
  ask(other, 6);
  BOOST_TEST(ballot.next_claim(key, record).epoch == 7u);
  ballot.withdraw(other, 6);
  BOOST_TEST(ballot.next_claim(key, record).epoch == 7u);
  note(record_of(other, 9));
  BOOST_TEST(ballot.next_claim(key, record).epoch == 10u);
}

BOOST_FIXTURE_TEST_CASE(only_an_answer_to_this_claim_counts_and_only_once, asked_host) {
  ballot.begin(ballot.next_claim(key, record), {other});
  BOOST_TEST(!ballot.note_answer(other, {key, 2, verdict::granted, 2}));
  BOOST_TEST(!ballot.note_answer(third, {key, 1, verdict::granted, 1}));
  BOOST_TEST(!ballot.is_answered());
  BOOST_TEST(ballot.note_answer(other, {key, 1, verdict::granted, 1}));
  BOOST_TEST(!ballot.note_answer(other, {key, 1, verdict::granted, 1}));
  BOOST_TEST(ballot.is_answered());
  BOOST_TEST(ballot.granted_by().contains("b"));
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_agreed_grants_no_claim_that_does_not_know_the_record, careful_host) {
  BOOST_TEST(ballot.agree(3, record, epochs));
  BOOST_TEST((ask(other, 4) == verdict::outdated));
  note(record_of(third, 3));
  hosts.remove(third, now_ms);
  BOOST_TEST((ask(other, ballot.next_claim(key, record)) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_granted_a_later_claim_does_not_agree, careful_host) {
  BOOST_TEST((ask(other, 4) == verdict::granted));
  BOOST_TEST(!ballot.agree(3, record, epochs));
  BOOST_TEST(ballot.agree(4, record, epochs));
}

BOOST_FIXTURE_TEST_CASE(what_has_been_promised_to_an_owner_is_granted_to_nobody_before_that_is_over, careful_host) {
  note(record_of(other, 3));
  mandate.leases().promise(other, now_ms);
  const auto m = ballot.next_claim(key, record);
  BOOST_TEST((ask(third, m) == verdict::promised));
  now_ms += mandate.lease_and_guard_ms();
  BOOST_TEST((ask(third, m) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_just_started_grants_nothing, careful_host) {
  now_ms = mandate.lease_and_guard_ms() - 1;
  BOOST_TEST((ask(other, 1) == verdict::not_ready));
  ++now_ms;
  BOOST_TEST((ask(other, 1) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_grant_outlives_a_claim_of_this_host_that_has_come_to_nothing, asked_host) {
  hosts.add(other, now_ms);
  ask(other, 10);
  hosts.remove(other, now_ms);
  ballot.begin(ballot.next_claim(key, record), {third});
  ballot.give_up();
  BOOST_TEST((ask(third, 6) == verdict::granted_to_other));
  BOOST_TEST((ask(third, 11) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(what_a_host_before_this_one_may_have_granted_is_not_granted_again, careful_host) {
  const session::epoch_reservation before{.incarnation = self.incarnation + 1, .floor = 0, .ceiling = 70};
  epochs.note("a", {{{crdt::replica_id{3}, 1}, crdt::shared_bytes{encode(before)}}});
  BOOST_TEST((ask(other, 70) == verdict::outdated));
  BOOST_TEST(!ballot.agree(70, record, epochs));
  BOOST_TEST((ask(other, 71) == verdict::granted));
  BOOST_TEST(ballot.next_claim(key, record, epochs.floor()).epoch == 72u);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_reserved_is_not_granted_yet, careful_host) {
  const auto epoch = 3 * session::epoch_reserve::block;
  BOOST_TEST((ask(other, epoch) == verdict::not_ready));
  reserve(epoch);
  BOOST_TEST((ask(other, epoch) == verdict::granted));
}

BOOST_FIXTURE_TEST_CASE(a_ballot_is_not_forgotten_as_long_as_a_record_of_what_it_has_granted_may_come, careful_host) {
  ask(other, 3);
  now_ms += mandate.lease_and_guard_ms();
  BOOST_TEST(!ballot.is_idle(record, around()));
  ballot.note_epoch(3);
  BOOST_TEST(ballot.is_idle(record, around()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ballot_test
