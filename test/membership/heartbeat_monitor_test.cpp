#include "membership/heartbeat_monitor.hpp"

#include <boost/test/unit_test.hpp>

namespace heartbeat_monitor_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

const instant start{1h};

/// Hears `count` heartbeats at intervals that alternate between two values. Returns the time of the last one.
instant hear(ariadne::membership::heartbeat_monitor& monitor, int count, node_clock::duration odd,
             node_clock::duration even) {
  auto now = start;
  for (int i = 1; i <= count; ++i) {
    now += i % 2 == 1 ? odd : even;
    monitor.heard(now);
    monitor.answered(now - 1ms);
  }
  return now;
}

} // namespace

BOOST_AUTO_TEST_SUITE(heartbeat_monitor)

BOOST_AUTO_TEST_CASE(regular_heartbeats_permit_no_more_silence_than_the_tolerance) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  const auto last = hear(monitor, 100, 100ms, 100ms);
  BOOST_TEST(!monitor.is_silent(last + 499ms, 1));
  BOOST_TEST(monitor.is_silent(last + 501ms, 1));
}

BOOST_AUTO_TEST_CASE(a_node_that_has_never_been_heard_is_silent_in_the_end) {
  const ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  BOOST_TEST(!monitor.is_silent(start + 500ms, 1));
  BOOST_TEST(monitor.is_silent(start + 501ms, 1));
}

BOOST_AUTO_TEST_CASE(irregular_heartbeats_permit_more_silence_but_not_for_ever) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  const auto last = hear(monitor, 100, 20ms, 450ms);
  BOOST_TEST(!monitor.is_silent(last + 1s, 1));
  BOOST_TEST(monitor.is_silent(last + 5001ms, 1));
}

BOOST_AUTO_TEST_CASE(the_patience_of_a_node_that_is_late_itself_multiplies_the_silence) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  const auto last = hear(monitor, 100, 100ms, 100ms);
  BOOST_TEST(!monitor.is_silent(last + 1900ms, 4));
  BOOST_TEST(monitor.is_silent(last + 2001ms, 4));
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_receive_what_is_sent_to_it_is_as_good_as_silent) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  for (auto now = start; now < start + 10s; now += 100ms)
    monitor.heard(now);
  BOOST_TEST(monitor.is_silent(start + 10s, 1));
  monitor.answered(start + 10s - 50ms);
  BOOST_TEST(!monitor.is_silent(start + 10s, 1));
}

BOOST_AUTO_TEST_CASE(bytes_that_come_in_are_as_good_as_a_heartbeat_but_answer_none) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  monitor.received(start + 400ms);
  BOOST_TEST(!monitor.is_silent(start + 700ms, 1));
  BOOST_TEST(monitor.is_silent(start + 701ms, 1));
}

BOOST_AUTO_TEST_CASE(acknowledged_bytes_excuse_a_late_answer_but_no_silence) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  for (auto now = start; now <= start + 1s; now += 100ms)
    monitor.heard(now);
  BOOST_TEST(monitor.is_silent(start + 1s, 1));
  monitor.acknowledged(start + 900ms);
  BOOST_TEST(!monitor.is_silent(start + 1s, 1));
  monitor.acknowledged(start + 1501ms);
  BOOST_TEST(monitor.is_silent(start + 1501ms, 1));
}

BOOST_AUTO_TEST_CASE(bytes_between_two_heartbeats_do_not_make_these_look_less_regular) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  for (auto now = start; now < start + 10s; now += 100ms) {
    monitor.heard(now);
    monitor.received(now + 90ms);
  }
  BOOST_TEST((monitor.permitted_silence() == 500ms));
}

BOOST_AUTO_TEST_CASE(a_node_is_quiet_before_it_is_silent) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  BOOST_TEST(!monitor.is_quiet(start + 250ms));
  BOOST_TEST(monitor.is_quiet(start + 251ms));
  monitor.received(start + 200ms);
  BOOST_TEST(!monitor.is_quiet(start + 450ms));
  // It has not answered for as long.
  BOOST_TEST(monitor.is_quiet(start + 451ms));
}

BOOST_AUTO_TEST_CASE(nobody_is_blamed_for_the_time_by_which_this_process_was_late) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  monitor.forgive(5s, start + 5s);
  BOOST_TEST(!monitor.is_silent(start + 5400ms, 1));
  BOOST_TEST(monitor.is_silent(start + 5501ms, 1));
}

BOOST_AUTO_TEST_CASE(what_has_come_in_since_excuses_no_silence_that_is_still_to_come) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  monitor.heard(start + 5s);
  monitor.answered(start + 5s);
  monitor.forgive(5s, start + 5s);
  // Such a pause makes the heartbeats look irregular.
  BOOST_TEST(monitor.is_silent(start + 6s, 1));
}

BOOST_AUTO_TEST_CASE(silence_before_a_new_beginning_counts_no_more) {
  ariadne::membership::heartbeat_monitor monitor{{100ms, 500ms}, start};
  const auto last = hear(monitor, 100, 100ms, 100ms);
  monitor.begin_anew(last + 1h);
  BOOST_TEST(!monitor.is_silent(last + 1h + 500ms, 1));
  BOOST_TEST(monitor.is_silent(last + 1h + 501ms, 1));
  BOOST_TEST((monitor.last_heard() == last));
  // Nor does the pause make the heartbeats look irregular.
  monitor.heard(last + 1h + 100ms);
  BOOST_TEST((monitor.permitted_silence() == 500ms));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace heartbeat_monitor_test
