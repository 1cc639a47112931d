#include "actors/network/pending_handshakes.hpp"
#include "actors/network/report_throttle.hpp"
#include "actors/network/stalled_writes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace ariadne::test::connection_limits_test {

namespace {

using ids = std::vector<pending_handshakes::connection_id>;
using namespace std::chrono_literals;

constexpr report_throttle::time_point start{};

} // namespace

BOOST_AUTO_TEST_SUITE(connection_limits)

BOOST_AUTO_TEST_CASE(the_oldest_of_an_address_goes_when_a_seventeenth_waits) {
  pending_handshakes pending{8};
  BOOST_TEST(pending.add(100, "elsewhere").empty());
  for (pending_handshakes::connection_id i = 1; i <= 16; ++i)
    BOOST_TEST(pending.add(i, "here").empty());
  BOOST_TEST((pending.add(17, "here") == ids{1}));
  BOOST_TEST((pending.add(18, "here") == ids{2}));
  BOOST_TEST(pending.size() == 17u);
}

BOOST_AUTO_TEST_CASE(the_oldest_of_all_goes_when_a_sixty_fifth_waits) {
  pending_handshakes pending{8};
  for (pending_handshakes::connection_id i = 0; i < 64; ++i)
    BOOST_TEST(pending.add(i, "address " + std::to_string(i / 16)).empty());
  BOOST_TEST((pending.add(64, "another") == ids{0}));
  BOOST_TEST(pending.size() == 64u);
}

BOOST_AUTO_TEST_CASE(who_has_shaken_hands_does_not_count) {
  pending_handshakes pending{8};
  for (pending_handshakes::connection_id i = 0; i < 1'000; ++i) {
    BOOST_TEST(pending.add(i, "here").empty());
    pending.remove(i);
  }
  BOOST_TEST(pending.size() == 0u);
  BOOST_TEST(pending.drop_oldest().empty());
}

BOOST_AUTO_TEST_CASE(who_waits_longer_than_the_time_goes) {
  pending_handshakes pending{2};
  pending.add(1, "here");
  BOOST_TEST(pending.tick().empty());
  pending.add(2, "here");
  BOOST_TEST(pending.tick().empty());
  BOOST_TEST((pending.tick() == ids{1}));
  BOOST_TEST((pending.tick() == ids{2}));
  BOOST_TEST(pending.tick().empty());
}

BOOST_AUTO_TEST_CASE(the_oldest_can_be_made_to_go) {
  pending_handshakes pending{2};
  pending.add(1, "here");
  pending.add(2, "there");
  BOOST_TEST((pending.drop_oldest() == ids{1}));
  BOOST_TEST(pending.size() == 1u);
}

BOOST_AUTO_TEST_CASE(writes_stall_only_while_something_waits_and_nothing_is_taken) {
  stalled_writes writes;
  BOOST_TEST(writes.tick(false) == 0u);
  BOOST_TEST(writes.tick(true) == 1u);
  BOOST_TEST(writes.tick(true) == 2u);
  writes.taken(stalled_writes::least_bytes);
  BOOST_TEST(writes.tick(true) == 0u);
  BOOST_TEST(writes.tick(true) == 1u);
  BOOST_TEST(writes.tick(false) == 0u);
}

BOOST_AUTO_TEST_CASE(who_takes_a_byte_now_and_then_takes_nothing) {
  stalled_writes writes;
  for (std::size_t tick = 1; tick <= 8; ++tick) {
    writes.taken(1);
    BOOST_TEST(writes.tick(true) == tick);
  }
  // All in all it is something.
  writes.taken(stalled_writes::least_bytes - 8);
  BOOST_TEST(writes.tick(true) == 0u);
  writes.taken(1);
  BOOST_TEST(writes.tick(true) == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_taken_to_the_last_byte_was_not_too_little) {
  stalled_writes writes;
  writes.taken(1);
  BOOST_TEST(writes.tick(true) == 1u);
  BOOST_TEST(writes.tick(false) == 0u);
}

BOOST_AUTO_TEST_CASE(a_reason_is_reported_once_a_minute_for_each_address) {
  report_throttle reports;
  BOOST_TEST(reports.is_due("a", "too large", start));
  BOOST_TEST(!reports.is_due("a", "too large", start + 59s));
  BOOST_TEST(reports.is_due("a", "too late", start + 59s));
  BOOST_TEST(reports.is_due("b", "too large", start + 59s));
  BOOST_TEST(reports.is_due("a", "too large", start + 60s));
  BOOST_TEST(!reports.is_due("a", "too large", start + 61s));
}

BOOST_AUTO_TEST_CASE(no_more_addresses_are_remembered_than_the_limit) {
  report_throttle reports;
  for (std::size_t i = 0; i < report_throttle::reports_max; ++i)
    BOOST_TEST(reports.is_due(std::to_string(i), "too late", start));
  BOOST_TEST(!reports.is_due("another", "too late", start + 59s));
  BOOST_TEST(reports.is_due("another", "too late", start + 60s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::connection_limits_test
