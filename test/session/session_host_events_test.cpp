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

  static constexpr std::uint64_t now_ms = 1'000;
};

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

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::session
