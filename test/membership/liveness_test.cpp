#include "membership/liveness.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace liveness_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

const instant start{1h};
constexpr std::chrono::microseconds wall_start = 1000h;

/// A node that sees `b`, and is told at what time things happen, after the start.
struct observer {
  node_clock::duration look(node_clock::duration after, node_clock::duration jump = {}) {
    return life.look({start + after, wall_start + after + jump});
  }

  liveness::round tick(node_clock::duration after) {
    look(after);
    return life.tick(start + after);
  }

  /// `b` says that it has had what was sent to it at `echo`.
  void hear(node_clock::duration after, node_clock::duration echo) {
    look(after);
    life.heard("b", {1, static_cast<std::uint64_t>((start + echo).time_since_epoch().count()), 0}, start + after);
  }

  /// Both sides run, and hear each other.
  void run(node_clock::duration from, node_clock::duration until) {
    for (auto now = from; now <= until; now += 100ms) {
      tick(now);
      hear(now + 1ms, now);
    }
  }

  bool is_suspected(node_clock::duration after) {
    const auto suspects = tick(after).suspects;
    return std::find(suspects.begin(), suspects.end(), "b") != suspects.end() && life.is_silent("b", start + after);
  }

  liveness life{{100ms, 500ms}, {start, wall_start}};
};

/// It has run beside `b` for a second.
struct settled_observer : observer {
  settled_observer() {
    life.up("b", 7, start);
    run(0s, 1s);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(liveness)

BOOST_FIXTURE_TEST_CASE(a_node_that_is_silent_is_suspected_after_the_tolerance, settled_observer) {
  for (auto now = 1100ms; now <= 1500ms; now += 100ms)
    BOOST_TEST(!is_suspected(now));
  BOOST_TEST(is_suspected(1600ms));
}

BOOST_FIXTURE_TEST_CASE(a_node_is_looked_at_before_it_is_suspected, settled_observer) {
  for (auto now = 1100ms; now <= 1200ms; now += 100ms)
    BOOST_TEST(tick(now).quiet.empty());
  BOOST_TEST(tick(1300ms).quiet.size() == 1u);
  life.seen("b", {start + 1590ms, 0, 0us, start + 1600ms});
  BOOST_TEST(!is_suspected(1600ms));
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_is_lost_while_all_is_well_makes_the_node_down, settled_observer) {
  look(1100ms);
  BOOST_TEST((life.lost("b", start + 1100ms) == ariadne::membership::liveness::loss::down));
  BOOST_TEST(!life.is_up("b"));
  BOOST_TEST(!life.is_in_doubt("b"));
  BOOST_TEST((life.lost("b", start + 1100ms) == ariadne::membership::liveness::loss::none));
}

BOOST_FIXTURE_TEST_CASE(a_process_that_was_frozen_takes_nobody_for_down_before_a_tolerance_has_passed,
                        settled_observer) {
  // What happens first is the loss of the connection, before any tick.
  BOOST_TEST((look(3s) > 1s));
  BOOST_TEST((life.lost("b", start + 3s) == ariadne::membership::liveness::loss::in_doubt));
  BOOST_TEST(life.is_in_doubt("b"));
  // It was late by nearly two seconds, so it has twice the patience.
  for (auto now = 3000ms; now <= 3900ms; now += 100ms) {
    BOOST_TEST(tick(now).overdue.empty());
    BOOST_TEST(life.is_awaited("b"));
  }
  const auto last = tick(4000ms);
  BOOST_TEST(last.overdue == std::vector<std::string>{"b"});
  BOOST_TEST(last.down == std::vector<std::string>{"b"});
  BOOST_TEST(!life.is_awaited("b"));
  BOOST_TEST(!life.is_in_doubt("b"));
}

BOOST_FIXTURE_TEST_CASE(what_was_sent_before_a_freeze_is_no_sign_of_life_after_it, settled_observer) {
  // These have waited in the kernel for two seconds.
  hear(3s, 900ms);
  hear(3001ms, 1s);
  BOOST_TEST(life.is_awaited("b"));
  BOOST_TEST((life.lost("b", start + 3002ms) == ariadne::membership::liveness::loss::in_doubt));
}

BOOST_FIXTURE_TEST_CASE(who_answers_what_was_sent_since_is_awaited_no_more, settled_observer) {
  tick(3s);
  hear(3001ms, 3s);
  BOOST_TEST(!life.is_awaited("b"));
  BOOST_TEST((life.lost("b", start + 3100ms) == ariadne::membership::liveness::loss::down));
}

BOOST_FIXTURE_TEST_CASE(who_introduces_itself_is_awaited_until_it_has_answered_what_was_sent_since, settled_observer) {
  look(3s);
  life.lost("b", start + 3s);
  life.up("b", 7, start + 3010ms);
  BOOST_TEST(life.is_up("b"));
  BOOST_TEST(!life.is_in_doubt("b"));
  tick(3100ms);
  hear(3101ms, 3100ms);
  BOOST_TEST(!life.is_awaited("b"));
  BOOST_TEST(tick(4500ms).overdue.empty());
}

BOOST_FIXTURE_TEST_CASE(an_introduction_that_came_before_a_freeze_ended_makes_nobody_down_when_it_is_lost,
                        settled_observer) {
  look(3s);
  life.lost("b", start + 3s);
  life.up("b", 7, start + 3001ms);
  BOOST_TEST((life.lost("b", start + 3002ms) == ariadne::membership::liveness::loss::in_doubt));
  BOOST_TEST(life.is_in_doubt("b"));
}

BOOST_FIXTURE_TEST_CASE(so_does_that_of_a_node_which_was_down_before_the_freeze, settled_observer) {
  look(1100ms);
  life.lost("b", start + 1100ms);
  look(3s);
  life.up("b", 7, start + 3001ms);
  BOOST_TEST(life.is_awaited("b"));
  BOOST_TEST((life.lost("b", start + 3002ms) == ariadne::membership::liveness::loss::in_doubt));
}

BOOST_FIXTURE_TEST_CASE(who_is_certain_not_to_be_there_is_awaited_no_more, settled_observer) {
  look(3s);
  life.lost("b", start + 3s);
  life.gone("b");
  BOOST_TEST(!life.is_awaited("b"));
  BOOST_TEST(tick(5s).overdue.empty());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_stays_silent_after_a_freeze_is_suspected_a_tolerance_later, settled_observer) {
  BOOST_TEST(!is_suspected(3s));
  for (auto now = 3100ms; now < 3500ms; now += 100ms)
    BOOST_TEST(!is_suspected(now));
  auto suspected = false;
  for (auto now = 3500ms; now <= 4100ms; now += 100ms)
    suspected = suspected || is_suspected(now);
  BOOST_TEST(suspected);
}

BOOST_FIXTURE_TEST_CASE(a_time_of_day_that_jumps_ahead_is_heeded_as_a_freeze, settled_observer) {
  BOOST_TEST((look(1100ms, 1h) > 59min));
  BOOST_TEST((life.lost("b", start + 1100ms) == ariadne::membership::liveness::loss::in_doubt));
}

BOOST_FIXTURE_TEST_CASE(listed_nodes_are_awaited_for_a_tolerance_from_the_start, observer) {
  life.await("b");
  BOOST_TEST(life.is_awaited("b"));
  for (auto now = 0ms; now < 500ms; now += 100ms)
    BOOST_TEST(tick(now).overdue.empty());
  const auto last = tick(500ms);
  BOOST_TEST(last.overdue == std::vector<std::string>{"b"});
  BOOST_TEST(last.down.empty());
}

BOOST_FIXTURE_TEST_CASE(a_loss_that_is_this_process_s_own_fault_is_no_fault_of_the_link, settled_observer) {
  for (int i = 0; i < 10; ++i) {
    const auto now = 3s + i * 1s;
    look(now);
    life.lost("b", start + now);
    life.up("b", 7, start + now);
  }
  BOOST_TEST(life.losses("b")->backoff_factor() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_link_is_unsteady_only_as_long_as_the_same_incarnation_is_lost, settled_observer) {
  for (int i = 0; i < 5; ++i) {
    life.lost("b", start + 1s);
    life.up("b", 7, start + 1s);
  }
  BOOST_TEST(life.losses("b")->is_unsteady());
  life.lost("b", start + 1s);
  life.up("b", 8, start + 1s);
  BOOST_TEST(!life.losses("b")->is_unsteady());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace liveness_test
