#include "crdt/hybrid_clock.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace hybrid_clock_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(hybrid_clock)

using ariadne::crdt::hybrid_clock;
using ariadne::crdt::stamp;

constexpr std::uint64_t drift_max_ms = 10'000;

BOOST_AUTO_TEST_CASE(a_stamp_is_close_to_the_wall_clock) {
  hybrid_clock clock{drift_max_ms};
  BOOST_TEST(clock.issue(start_ms).millis() == start_ms);
  BOOST_TEST(clock.issue(start_ms + 5).millis() == start_ms + 5);
}

BOOST_AUTO_TEST_CASE(stamps_of_one_millisecond_differ_in_the_counter) {
  hybrid_clock clock{drift_max_ms};
  BOOST_TEST(clock.issue(start_ms) == (stamp{start_ms << 16}));
  BOOST_TEST(clock.issue(start_ms) == (stamp{start_ms << 16 | 1}));
  BOOST_TEST(clock.issue(start_ms) == (stamp{start_ms << 16 | 2}));
}

BOOST_AUTO_TEST_CASE(stamps_grow_although_the_wall_clock_jumps_back) {
  hybrid_clock clock{drift_max_ms};
  auto before = clock.issue(start_ms);
  auto after = clock.issue(start_ms - 3'600'000);
  BOOST_TEST(after > before);
  BOOST_TEST(after.millis() == start_ms);
}

BOOST_AUTO_TEST_CASE(a_counter_that_overflows_carries_into_the_milliseconds) {
  hybrid_clock clock{drift_max_ms};
  clock.observe({start_ms << 16 | 0xffff});
  BOOST_TEST(clock.issue(start_ms) == (stamp{(start_ms + 1) << 16}));
}

BOOST_AUTO_TEST_CASE(a_stamp_is_greater_than_every_one_observed) {
  hybrid_clock clock{drift_max_ms};
  stamp remote{(start_ms + 5'000) << 16 | 7};
  clock.observe(remote);
  clock.observe({start_ms << 16});
  BOOST_TEST(clock.issue(start_ms) == (stamp{remote.value + 1}));
}

BOOST_AUTO_TEST_CASE(a_remote_stamp_is_accepted_up_to_the_permitted_drift) {
  hybrid_clock clock{drift_max_ms};
  BOOST_TEST(clock.accepts({0}, start_ms));
  BOOST_TEST(clock.accepts({(start_ms + drift_max_ms) << 16 | 0xffff}, start_ms));
  BOOST_TEST(!clock.accepts({(start_ms + drift_max_ms + 1) << 16}, start_ms));
  BOOST_TEST(!clock.accepts({~std::uint64_t{0}}, start_ms));
}

BOOST_AUTO_TEST_CASE(a_clock_that_has_gone_astray_is_set_back) {
  hybrid_clock clock{drift_max_ms};
  clock.issue(start_ms + drift_max_ms);
  BOOST_TEST(!clock.is_astray(start_ms));
  clock.issue(start_ms + drift_max_ms + 1);
  BOOST_TEST(clock.is_astray(start_ms));
  clock.set_back(start_ms);
  BOOST_TEST(clock.issue(start_ms).millis() == start_ms);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_knows_for_how_long_it_may_have_lost_sight_of_stamps_that_count) {
  hybrid_clock clock{drift_max_ms};
  BOOST_TEST(!clock.may_have_lost_sight());
  const auto seen = clock.issue(start_ms + 60'000);
  clock.set_back(start_ms);
  BOOST_TEST(clock.may_have_lost_sight());
  BOOST_TEST(clock.issue(start_ms) < seen);
  // What nobody accepted then is accepted now, and still out of sight.
  BOOST_TEST(clock.accepts(seen, start_ms + 55'000));
  clock.issue(start_ms + 55'000);
  BOOST_TEST(clock.may_have_lost_sight());
  clock.observe(seen);
  BOOST_TEST(!clock.may_have_lost_sight());
  BOOST_TEST(clock.issue(start_ms + 55'000) > seen);
}

BOOST_AUTO_TEST_CASE(a_stamp_that_a_clock_has_passed_by_is_to_be_observed_once_it_counts) {
  hybrid_clock clock{drift_max_ms};
  const stamp ahead{(start_ms + 60'000) << 16};
  clock.pass_by(ahead);
  BOOST_TEST(clock.issue(start_ms).millis() == start_ms);
  BOOST_TEST(clock.may_have_lost_sight());
  clock.observe(ahead);
  BOOST_TEST(!clock.may_have_lost_sight());
  BOOST_TEST(clock.issue(start_ms + 55'000) > ahead);
}

BOOST_AUTO_TEST_CASE(a_stamp_is_written_as_milliseconds_and_counter) {
  BOOST_TEST(to_string(stamp{start_ms << 16 | 12}) == "1700000000000.12");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hybrid_clock_test
