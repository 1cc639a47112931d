#include "membership/signs_of_life.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

namespace signs_of_life_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The suite hides its name.
using signs = signs_of_life;

const instant start{1h};

/// What is seen at `now` of a connection that has last carried something to this side at `received`.
link_activity seen_at(instant now, instant received, std::uint32_t acknowledged) {
  return {received, acknowledged, 0us, now};
}

/// A node that is heard all the time, and answers nothing.
struct deaf_node {
  deaf_node() {
    life.begin({100ms, 500ms}, start);
  }

  bool is_silent(node_clock::duration after) {
    life.heard({}, start + after);
    return life.monitor().is_silent(start + after, 1);
  }

  signs life;
};

} // namespace

BOOST_AUTO_TEST_SUITE(signs_of_life)

BOOST_AUTO_TEST_CASE(a_node_whose_heartbeats_wait_behind_its_own_bytes_is_alive) {
  signs life;
  life.begin({100ms, 500ms}, start);
  for (auto now = start; now < start + 10s; now += 100ms) {
    life.seen(seen_at(now, now - 20ms, static_cast<std::uint32_t>((now - start) / 1ms)));
    BOOST_TEST(!life.monitor().is_silent(now, 1));
  }
}

BOOST_AUTO_TEST_CASE(a_node_whose_answers_wait_behind_the_bytes_of_this_one_is_alive) {
  deaf_node node;
  for (auto after = 0ms; after < 10s; after += 100ms) {
    node.life.seen(seen_at(start + after, start + after, static_cast<std::uint32_t>(after / 1ms)));
    BOOST_TEST(!node.is_silent(after));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_gets_nothing_is_silent_although_it_is_heard) {
  deaf_node node;
  for (auto after = 0ms; after <= 700ms; after += 100ms) {
    node.life.seen(seen_at(start + after, start + after, 7));
    BOOST_TEST(!node.is_silent(after));
  }
  BOOST_TEST(node.is_silent(701ms));
}

BOOST_AUTO_TEST_CASE(a_node_on_a_slow_link_has_time_to_answer_until_a_lost_packet_has_been_sent_again) {
  deaf_node node;
  for (auto after = 0ms; after <= 1500ms; after += 100ms) {
    node.life.seen({start + after, 7, 400ms, start + after});
    BOOST_TEST(!node.is_silent(after));
  }
  BOOST_TEST(node.is_silent(1501ms));
}

BOOST_AUTO_TEST_CASE(a_frozen_node_is_silent_although_its_kernel_acknowledges) {
  signs life;
  life.begin({100ms, 500ms}, start);
  for (auto after = 0ms; after <= 500ms; after += 100ms) {
    life.seen(seen_at(start + after, start, static_cast<std::uint32_t>(after / 1ms)));
    BOOST_TEST(!life.monitor().is_silent(start + after, 1));
  }
  BOOST_TEST(life.monitor().is_silent(start + 501ms, 1));
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_since_a_look_long_ago_is_no_news) {
  deaf_node node;
  node.life.seen(seen_at(start - 1s, start, 7));
  for (auto after = 0ms; after <= 700ms; after += 100ms)
    BOOST_TEST(!node.is_silent(after));
  node.life.seen(seen_at(start + 700ms, start + 700ms, 8));
  BOOST_TEST(node.is_silent(701ms));
}

BOOST_AUTO_TEST_CASE(bytes_do_not_make_the_round_trip_look_shorter) {
  signs life;
  life.begin({100ms, 500ms}, start);
  life.heard({1, 0, 0}, start + 100ms);
  life.seen(seen_at(start + 150ms, start + 150ms, 0));
  BOOST_TEST(life.next(start + 160ms).echo_age_us == 60'000u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace signs_of_life_test
