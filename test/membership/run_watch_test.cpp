#include "membership/run_watch.hpp"

#include <boost/test/unit_test.hpp>

namespace run_watch_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The suite hides its name.
using watch = run_watch;

const clock_reading start{instant{1h}, 1000h};

/// When both clocks have gone on for so long.
clock_reading after(node_clock::duration passed, node_clock::duration jump = {}) {
  return {start.now + passed, start.wall + passed + jump};
}

} // namespace

BOOST_AUTO_TEST_SUITE(run_watch)

BOOST_AUTO_TEST_CASE(a_process_that_runs_is_not_found_to_have_paused) {
  watch w{300ms, start};
  for (auto now = 0ms; now < 10s; now += 100ms)
    BOOST_TEST((w.look(after(now)) == 0ms));
  BOOST_TEST((w.look(after(10'200ms)) == 0ms));
}

BOOST_AUTO_TEST_CASE(a_pause_is_found_once) {
  watch w{300ms, start};
  BOOST_TEST((w.look(after(2s)) == 2s));
  BOOST_TEST((w.look(after(2s)) == 0ms));
  BOOST_TEST((w.look(after(2100ms)) == 0ms));
}

BOOST_AUTO_TEST_CASE(a_time_of_day_that_jumps_ahead_tells_of_a_clock_that_has_stood_still) {
  watch w{300ms, start};
  BOOST_TEST((w.look(after(100ms, 5s)) == 5100ms));
  BOOST_TEST((w.unseen() == 5s));
  BOOST_TEST((w.look(after(200ms, 5s)) == 0ms));
}

BOOST_AUTO_TEST_CASE(a_time_of_day_that_is_put_back_says_nothing) {
  watch w{300ms, start};
  BOOST_TEST((w.look(after(100ms, -5s)) == 0ms));
  BOOST_TEST((w.look(after(2100ms, -10s)) == 2s));
}

BOOST_AUTO_TEST_CASE(a_process_knows_of_each_pause_for_which_others_miss_it) {
  BOOST_TEST((pause_max({100ms, 500ms}) == 300ms));
  BOOST_TEST((pause_max({100ms, 200ms}) == 150ms));
  BOOST_TEST((pause_max({1s, 20s}) == 18s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace run_watch_test
