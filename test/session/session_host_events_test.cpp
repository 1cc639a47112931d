#include "session/peer_message.hpp"
#include "session/session_host.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <utility>
#include <vector>

// What only the order of events in one host decides. Whole clusters are played by test/session_simulation.

namespace ariadne::session {

namespace {

const session_key key{"game", "ABYZ"};
const host_id other{"b", 2};

/// A host that has caught up, alone, and hosts games of version 1.
struct lone_host {
  session_host host{options(), now_ms};

  static session_host_options options() {
    session_host_options result;
    result.self = {"a", 1};
    result.kinds["game"] = {};
    return result;
  }

  lone_host() {
    host.caught_up(now_ms);
    host.take_commands();
  }

  /// The record comes in that the other host runs the session.
  void note_run_of_other() {
    session_record record;
    record.phase = session_phase::running;
    record.epoch = 2;
    record.revision = 1;
    record.owner = other;
    record.state = {"game", 1, "round 7"};
    host.record_changed(key, {{{crdt::replica_id{2}, 1}, crdt::shared_bytes{encode(record)}}}, now_ms);
  }

  /// Whether it writes that the session is its own now.
  bool takes_over() {
    const auto commands = host.take_commands();
    return std::any_of(commands.begin(), commands.end(),
                       [](const command& c) { return std::holds_alternative<write_record>(c); });
  }

  /// What it answers a host that asks something, which is up by then.
  template <class Answer>
  Answer answer_to(const host_id& from, const peer_message& question) {
    host.peer_up(from, now_ms);
    host.take_commands();
    std::string frame;
    append(frame, question);
    BOOST_TEST(host.receive(from, frame, now_ms) == "");
    Answer result;
    for (const auto& c : host.take_commands())
      if (const auto* sent = std::get_if<send_frame>(&c); sent != nullptr && sent->to == from)
        BOOST_TEST(decode_frame(sent->bytes,
                                [&](peer_message&& m) {
                                  if (auto* answer = std::get_if<Answer>(&m))
                                    result = std::move(*answer);
                                })
                   == "");
    return result;
  }

  static constexpr std::uint64_t now_ms = 1'000;
};

/// A claim of a session that nobody has ever seen.
claim claim_of(std::uint64_t epoch) {
  claim m;
  m.key = key;
  m.epoch = epoch;
  return m;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_host_events)

BOOST_FIXTURE_TEST_CASE(a_session_whose_owner_is_not_seen_is_taken_over, lone_host) {
  note_run_of_other();
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_not_taken_over_from_a_node_whose_host_has_yet_to_be_met, lone_host) {
  host.set_unmet({"b"}, now_ms);
  note_run_of_other();
  BOOST_TEST(!takes_over());
  host.tick(now_ms + 1'000);
  BOOST_TEST(!takes_over());
  // It is met; then it goes.
  host.peer_up(other, now_ms + 1'000);
  host.set_unmet({}, now_ms + 1'000);
  BOOST_TEST(!takes_over());
  host.peer_down(other, now_ms + 1'000);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_not_taken_over_before_all_can_be_asked_who_may_see_its_owner, lone_host) {
  host.set_unmet({"c"}, now_ms);
  note_run_of_other();
  BOOST_TEST(!takes_over());
  host.set_unmet({}, now_ms);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_session_is_taken_over_once_the_node_is_no_longer_up, lone_host) {
  host.set_unmet({"b"}, now_ms);
  note_run_of_other();
  host.set_unmet({}, now_ms);
  BOOST_TEST(takes_over());
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_granted_a_later_epoch_does_not_agree_that_an_earlier_one_runs, lone_host) {
  BOOST_TEST((answer_to<claim_answer>(other, claim_of(3)).answer == verdict::granted));
  BOOST_TEST(!answer_to<run_answer>({"c", 3}, run_question{key, 2}).agreed);
  BOOST_TEST(answer_to<run_answer>(other, run_question{key, 3}).agreed);
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_agreed_that_an_epoch_runs_grants_no_claim_that_does_not_know_of_it, lone_host) {
  BOOST_TEST(answer_to<run_answer>({"c", 3}, run_question{key, 2}).agreed);
  BOOST_TEST((answer_to<claim_answer>(other, claim_of(3)).answer == verdict::outdated));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session
