#include "crdt/congestion_window.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <ostream>
#include <random>
#include <vector>

namespace congestion_window_test {

namespace {

using window_of_link = ariadne::crdt::congestion_window;

/// A link that carries one byte after the other, and takes its time for each way.
struct slow_link {
  double bytes_per_ms = 0;
  std::uint64_t delay_ms = 0;
  /// Another way is taken: from then on all takes that much longer.
  std::uint64_t longer_from_ms = 0;
  std::uint64_t longer_by_ms = 0;
  /// What it carries at once after it has been idle: a token bucket.
  double burst_bytes = 0;

  friend std::ostream& operator<<(std::ostream& out, const slow_link& l) {
    return out << l.bytes_per_ms * 8 / 1'000 << " Mbit/s, " << l.delay_ms << " ms";
  }
};

struct measured {
  double goodput_percent = 0;
  double queue_ms_max = 0;
  double queue_ms_mean = 0;
  std::size_t piece_bytes = 0;
};

/// Sends as much as the window permits, and measures from `settled_ms` on.
measured send_for(const slow_link& link, std::uint64_t span_ms, std::uint64_t settled_ms) {
  window_of_link window;
  struct frame {
    double answered_ms;
    std::size_t bytes;
  };
  std::deque<frame> on_its_way;
  // The bucket is full in the beginning.
  double free_at = -link.burst_bytes / link.bytes_per_ms;
  double carried = 0;
  std::uint64_t answered = 0;
  double queues = 0;
  measured result;
  for (std::uint64_t now = 0; now < span_ms; ++now) {
    while (!on_its_way.empty() && on_its_way.front().answered_ms <= static_cast<double>(now)) {
      carried += now >= settled_ms ? static_cast<double>(on_its_way.front().bytes) : 0;
      on_its_way.pop_front();
      window.arrived(++answered, now);
    }
    while (window.has_room()) {
      const auto bytes = window.piece_bytes();
      const auto longer = link.longer_by_ms > 0 && now >= link.longer_from_ms ? link.longer_by_ms : 0;
      free_at = std::max(free_at, static_cast<double>(now) - link.burst_bytes / link.bytes_per_ms)
                + static_cast<double>(bytes) / link.bytes_per_ms;
      on_its_way.push_back(
        {std::max(free_at, static_cast<double>(now)) + static_cast<double>(2 * link.delay_ms + longer), bytes});
      window.sent(bytes, now);
    }
    if (now < settled_ms)
      continue;
    const auto queue = std::max(free_at - static_cast<double>(now), 0.0);
    result.queue_ms_max = std::max(result.queue_ms_max, queue);
    queues += queue;
  }
  const auto measured_ms = static_cast<double>(span_ms - settled_ms);
  result.goodput_percent = 100 * carried / (measured_ms * link.bytes_per_ms);
  result.queue_ms_mean = queues / measured_ms;
  result.piece_bytes = window.piece_bytes();
  return result;
}

const std::vector<slow_link> links{{125, 0},   {125, 25},   {125, 100},  {1'250, 0},   {1'250, 25}, {1'250, 100},
                                   {6'250, 0}, {6'250, 25}, {12'500, 0}, {12'500, 25}, {25'000, 0}, {25'000, 10}};

} // namespace

BOOST_AUTO_TEST_SUITE(congestion_window)

BOOST_DATA_TEST_CASE(a_busy_link_is_used_and_what_is_sent_next_does_not_wait_long, boost::unit_test::data::make(links),
                     link) {
  const auto seen = send_for(link, 60'000, 5'000);
  BOOST_TEST_MESSAGE(link << ": " << seen.goodput_percent << " %, queue " << seen.queue_ms_mean << " ms, at most "
                          << seen.queue_ms_max << " ms, pieces of " << seen.piece_bytes << " bytes");
  BOOST_TEST(seen.goodput_percent > 90);
  BOOST_TEST(seen.queue_ms_mean < 120);
  BOOST_TEST(seen.queue_ms_max < 200);
  BOOST_TEST(static_cast<double>(seen.piece_bytes) / link.bytes_per_ms < 60);
}

BOOST_DATA_TEST_CASE(what_a_token_bucket_lets_through_at_once_is_not_taken_for_the_rate_of_the_link,
                     boost::unit_test::data::make({125.0, 1'250.0, 6'250.0})
                       * boost::unit_test::data::make({8 << 10, 64 << 10, 1 << 20}),
                     bytes_per_ms, burst_bytes) {
  const slow_link link{.bytes_per_ms = bytes_per_ms, .burst_bytes = static_cast<double>(burst_bytes)};
  const auto seen = send_for(link, 60'000, 3'000);
  BOOST_TEST_MESSAGE(link << ", bucket of " << burst_bytes << ": " << seen.goodput_percent << " %, queue "
                          << seen.queue_ms_mean << " ms, at most " << seen.queue_ms_max << " ms");
  BOOST_TEST(seen.goodput_percent > 90);
  BOOST_TEST(seen.queue_ms_mean < 100);
  BOOST_TEST(seen.queue_ms_max < 130);
}

BOOST_AUTO_TEST_CASE(a_link_that_has_become_longer_is_used_again_once_it_has_been_seen_empty) {
  const auto seen = send_for({1'250, 5, 20'000, 150}, 90'000, 60'000);
  BOOST_TEST(seen.goodput_percent > 90);
  BOOST_TEST(seen.queue_ms_mean < 120);
}

BOOST_AUTO_TEST_CASE(frames_that_come_late_in_bunches_do_not_make_the_window_small) {
  window_of_link window;
  std::uint64_t now = 0;
  std::uint64_t answered = 0;
  std::uint64_t sent = 0;
  // Some other traffic holds up the answers, now more, now less.
  for (auto round = 0; round < 200; ++round) {
    for (; window.has_room(); ++sent)
      window.sent(window.piece_bytes(), now);
    now += round % 10 == 0 ? 20 : 300;
    while (answered < sent)
      window.arrived(++answered, now);
  }
  BOOST_TEST(window.window_bytes() >= 64u << 10);
}

BOOST_AUTO_TEST_CASE(a_window_recovers_where_the_delay_of_each_frame_varies) {
  constexpr std::uint64_t seed = 1;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<std::uint64_t> delay_ms{20, 320};
  window_of_link window;
  std::deque<std::uint64_t> arrive_at;
  std::uint64_t answered = 0;
  std::size_t least = SIZE_MAX;
  for (std::uint64_t now = 0; now < 300'000; ++now) {
    while (!arrive_at.empty() && arrive_at.front() <= now) {
      arrive_at.pop_front();
      window.arrived(++answered, now);
    }
    while (window.has_room()) {
      window.sent(window.piece_bytes(), now);
      // A connection keeps the order.
      arrive_at.push_back(std::max(now + delay_ms(random), arrive_at.empty() ? 0 : arrive_at.back()));
    }
    if (now >= 60'000)
      least = std::min(least, window.window_bytes());
  }
  BOOST_TEST_MESSAGE("the least window is " << least << " bytes");
  BOOST_TEST(least >= 10u << 10);
}

BOOST_AUTO_TEST_CASE(the_window_does_not_fall_below_the_least_one_however_large_that_is) {
  const ariadne::crdt::congestion_limits limits{.window_bytes_min = 200u << 10};
  window_of_link window{limits};
  std::uint64_t now = 0;
  for (std::uint64_t answered = 0; answered < 1'000; ++answered, now += 1'000) {
    window.sent(window.piece_bytes(), now);
    window.arrived(answered + 1, now + (answered == 0 ? 1 : 400));
  }
  BOOST_TEST(window.window_bytes() == limits.window_bytes_min);
}

BOOST_AUTO_TEST_CASE(a_window_that_is_not_made_use_of_does_not_grow) {
  window_of_link window;
  const auto before = window.window_bytes();
  for (std::uint64_t frame = 1; frame <= 1'000; ++frame) {
    window.sent(100, frame * 10);
    window.arrived(frame, frame * 10 + 1);
  }
  BOOST_TEST(window.window_bytes() == before);
}

BOOST_AUTO_TEST_CASE(nothing_is_on_its_way_after_a_restart_and_frames_count_anew) {
  window_of_link window;
  while (window.has_room())
    window.sent(4'096, 0);
  BOOST_TEST(window.in_flight_bytes() > window.window_bytes() / 2);
  window.restart();
  BOOST_TEST(window.has_room());
  window.sent(1'000, 5);
  window.arrived(1, 6);
  BOOST_TEST(window.in_flight_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(more_frames_than_were_sent_are_not_believed_to_have_arrived) {
  window_of_link window;
  window.sent(1'000, 5);
  window.arrived(1'000'000, 6);
  window.sent(1'000, 7);
  window.arrived(2, 8);
  BOOST_TEST(window.in_flight_bytes() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace congestion_window_test
