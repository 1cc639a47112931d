#include "crdt/guarded_clock.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace guarded_clock_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(guarded_clock)

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

/// A guarded clock with a wall clock that can be set, and neighbours that say their times every second.
struct watched_clock {
  watched_clock() {
    read();
  }

  std::int64_t true_ms() const {
    return static_cast<std::int64_t>(start_ms + steady_ms);
  }

  std::uint64_t read() {
    return clock.read(static_cast<std::uint64_t>(true_ms() + wall_offset_ms), steady_ms);
  }

  /// How far the time that is believed is ahead of the true one.
  std::int64_t error_ms() {
    return static_cast<std::int64_t>(read()) - true_ms();
  }

  void hear_all() {
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      const auto said = static_cast<std::uint64_t>(true_ms() + neighbours[i]);
      clock.hear(replica_id{i + 1}, {said, said});
    }
  }

  /// Lets time pass in steps of a second. The wall clock gains `gain_ms` in each.
  void pass(std::uint64_t seconds, std::int64_t gain_ms = 0) {
    for (; seconds > 0; --seconds) {
      steady_ms += 1'000;
      wall_offset_ms += gain_ms;
      read();
      hear_all();
      read();
    }
  }

  std::uint64_t steady_ms = 1'000;
  std::int64_t wall_offset_ms = 0;
  /// How far the wall clock of each neighbour is ahead.
  std::vector<std::int64_t> neighbours;
  ariadne::crdt::guarded_clock clock{{}};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_wall_clock_is_believed_as_long_as_it_goes_on_steadily, watched_clock) {
  pass(1'000);
  BOOST_TEST(error_ms() == 0);
  wall_offset_ms = 9'000;
  BOOST_TEST(error_ms() == 9'000);
  BOOST_TEST((clock.doubt() == clock_doubt::none));
}

BOOST_FIXTURE_TEST_CASE(a_jump_in_either_direction_is_not_believed_and_over_when_it_is_taken_back, watched_clock) {
  for (const auto jump : {hour_ms, -hour_ms, std::int64_t{10'001}, std::int64_t{-10'001}}) {
    wall_offset_ms = jump;
    BOOST_TEST(error_ms() == 0);
    BOOST_TEST((clock.doubt() == clock_doubt::jumped));
    BOOST_TEST(clock.wall_ahead_ms() == jump);
    pass(200);
    BOOST_TEST(error_ms() == 0);
    wall_offset_ms = 0;
    BOOST_TEST(error_ms() == 0);
    BOOST_TEST((clock.doubt() == clock_doubt::none));
  }
}

BOOST_FIXTURE_TEST_CASE(a_jump_is_believed_once_it_has_been_consistent_for_five_minutes, watched_clock) {
  wall_offset_ms = hour_ms;
  read();
  pass(299);
  BOOST_TEST(error_ms() == 0);
  pass(1);
  BOOST_TEST(error_ms() == hour_ms);
  BOOST_TEST((clock.doubt() == clock_doubt::none));
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_jumps_about_is_never_consistent, watched_clock) {
  for (auto i = 0; i < 100; ++i) {
    wall_offset_ms += hour_ms;
    pass(100);
    BOOST_TEST(error_ms() == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_stands_still_or_runs_fast_or_slow_is_doubted_beyond_the_permitted_drift,
                        watched_clock) {
  for (const std::int64_t gain : {-1'000, -500, 50, 1'000}) {
    watched_clock other;
    for (auto i = 0; i < 1'000; ++i) {
      other.pass(1, gain);
      BOOST_REQUIRE(std::abs(other.error_ms()) <= 10'500);
    }
    BOOST_TEST((other.clock.doubt() == clock_doubt::jumped));
  }
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_is_slewed_is_followed_for_ever, watched_clock) {
  pass(100'000, 0);
  for (auto i = 0; i < 100'000; ++i) {
    pass(2, 0);
    ++wall_offset_ms;
  }
  BOOST_TEST(error_ms() == 100'000);
  BOOST_TEST((clock.doubt() == clock_doubt::none));
}

BOOST_FIXTURE_TEST_CASE(a_jump_is_believed_at_once_if_the_neighbours_agree, watched_clock) {
  neighbours = {hour_ms, hour_ms + 3'000};
  // Alone it has come up with a clock that is wrong; it is set right later.
  hear_all();
  wall_offset_ms = hour_ms;
  BOOST_TEST(error_ms() == hour_ms);
  BOOST_TEST((clock.doubt() == clock_doubt::none));
}

BOOST_FIXTURE_TEST_CASE(one_neighbour_that_agrees_is_enough_where_there_is_no_other, watched_clock) {
  neighbours = {0};
  pass(10);
  // Both are set right at the same time.
  neighbours = {hour_ms};
  wall_offset_ms = hour_ms;
  pass(1);
  BOOST_TEST(error_ms() == hour_ms);
}

BOOST_FIXTURE_TEST_CASE(a_jump_is_not_believed_for_as_long_as_neighbours_hold_on_to_the_time_before, watched_clock) {
  for (const auto& others : {std::vector<std::int64_t>{0}, {0, 0}, {0, 0, hour_ms}}) {
    watched_clock node;
    node.neighbours = others;
    node.pass(10);
    node.wall_offset_ms = hour_ms;
    node.pass(1'000);
    BOOST_TEST(node.error_ms() == 0);
    BOOST_TEST((node.clock.doubt() != clock_doubt::none));
  }
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_is_wrong_from_the_start_is_outvoted_once_the_others_are_heard, watched_clock) {
  for (const auto wrong : {hour_ms, -hour_ms}) {
    watched_clock node;
    node.wall_offset_ms = wrong;
    node.clock = ariadne::crdt::guarded_clock{{}};
    BOOST_TEST(node.error_ms() == wrong);
    node.neighbours = {0};
    node.pass(1);
    // Of two nobody knows who is right.
    BOOST_TEST(node.error_ms() == wrong);
    BOOST_TEST((node.clock.doubt() == clock_doubt::contested));
    node.neighbours = {0, 100};
    node.pass(5);
    BOOST_TEST(node.error_ms() == wrong);
    node.pass(1);
    BOOST_TEST(std::abs(node.error_ms()) <= 100);
    BOOST_TEST((node.clock.doubt() == clock_doubt::outvoted));
    BOOST_TEST(node.clock.wall_ahead_ms() == wrong - node.error_ms());
    node.wall_offset_ms = 0;
    node.pass(1);
    BOOST_TEST(node.error_ms() == 0);
    BOOST_TEST((node.clock.doubt() == clock_doubt::none));
  }
}

BOOST_FIXTURE_TEST_CASE(one_wrong_neighbour_does_not_outvote_the_others, watched_clock) {
  neighbours = {0, hour_ms};
  pass(1'000);
  BOOST_TEST(error_ms() == 0);
  BOOST_TEST((clock.doubt() == clock_doubt::none));
}

BOOST_FIXTURE_TEST_CASE(messages_that_were_long_on_their_way_do_not_count_against_a_neighbour, watched_clock) {
  neighbours = {0, 0};
  pass(10);
  for (auto i = 0; i < 8; ++i) {
    steady_ms += 1'000;
    read();
    clock.hear(replica_id{1}, {start_ms, start_ms});
    clock.hear(replica_id{2}, {start_ms, start_ms});
    BOOST_TEST(error_ms() == 0);
    BOOST_TEST((clock.doubt() == clock_doubt::none));
  }
}

BOOST_FIXTURE_TEST_CASE(the_word_of_neighbours_that_are_gone_or_silent_does_not_count, watched_clock) {
  neighbours = {hour_ms, hour_ms};
  pass(6);
  BOOST_TEST(error_ms() == hour_ms);
  clock.forget(replica_id{1});
  clock.forget(replica_id{2});
  neighbours.clear();
  pass(301);
  BOOST_TEST(error_ms() == 0);
  neighbours = {hour_ms, hour_ms};
  pass(6);
  BOOST_TEST(error_ms() == hour_ms);
  neighbours.clear();
  pass(400);
  BOOST_TEST(error_ms() == 0);
}

BOOST_FIXTURE_TEST_CASE(what_has_certainly_passed_is_the_time_of_most_nodes_or_the_earliest_of_all, watched_clock) {
  const auto certain = [&] { return static_cast<std::int64_t>(clock.certain_ms()) - true_ms(); };
  BOOST_TEST(certain() == 0);
  neighbours = {-hour_ms};
  pass(1);
  BOOST_TEST(certain() == -hour_ms);
  BOOST_TEST(clock.ahead_ms(replica_id{1}) == -hour_ms);
  neighbours = {-hour_ms, 0};
  pass(1);
  BOOST_TEST(certain() == 0);
  neighbours = {hour_ms, 2 * hour_ms};
  pass(40);
  BOOST_TEST(certain() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_neighbour_may_say_anything, watched_clock) {
  for (const auto said : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    clock.hear(replica_id{1}, {said, ~said});
    clock.hear(replica_id{2}, {said, ~said});
    steady_ms += 1'000;
    read();
    clock.certain_ms();
    clock.ahead_ms(replica_id{1});
  }
  watched_clock other;
  other.clock.read(~std::uint64_t{0}, ~std::uint64_t{0});
  other.clock.read(0, 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace guarded_clock_test
