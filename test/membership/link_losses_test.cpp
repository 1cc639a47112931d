#include "membership/link_losses.hpp"

#include <boost/test/unit_test.hpp>

namespace link_losses_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The suite hides its name.
using losses = link_losses;

const instant start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(link_losses)

BOOST_AUTO_TEST_CASE(two_losses_cost_nothing_and_from_then_on_each_doubles_the_wait) {
  losses link;
  std::uint32_t expected[] = {1, 1, 2, 4, 8};
  for (const auto factor : expected) {
    link.lost(start);
    BOOST_TEST(link.backoff_factor() == factor);
  }
  for (int i = 0; i < 5'000; ++i)
    link.lost(start);
  BOOST_TEST(link.backoff_factor() == 1u << 16);
}

BOOST_AUTO_TEST_CASE(a_link_that_breaks_again_and_again_is_reported_once_a_minute) {
  losses link;
  std::size_t reports = 0;
  for (auto now = 0s; now < 180s; now += 2s) {
    link.lost(start + now);
    if (const auto report = link.due_report(start + now)) {
      ++reports;
      if (reports == 1) {
        BOOST_TEST(report->count == 4u);
        BOOST_TEST((report->within == 6s));
      } else {
        BOOST_TEST(report->count == 30u);
        BOOST_TEST((report->within == 58s));
      }
    }
    BOOST_TEST(link.is_unsteady() == (now >= 6s));
  }
  BOOST_TEST(reports == 3u);
}

BOOST_AUTO_TEST_CASE(losses_that_lie_far_apart_are_nothing_special) {
  losses link;
  for (auto now = 0s; now < 1000s; now += 20s) {
    link.lost(start + now);
    BOOST_TEST(!link.is_unsteady());
    BOOST_TEST(!link.due_report(start + now));
    BOOST_TEST(link.backoff_factor() <= 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_has_held_for_a_minute_is_steady_again) {
  losses link;
  for (int i = 0; i < 10; ++i)
    link.lost(start);
  BOOST_TEST(!link.settle(start + 59s));
  BOOST_TEST(link.is_unsteady());
  BOOST_TEST(link.settle(start + 60s));
  BOOST_TEST(!link.is_unsteady());
  BOOST_TEST(!link.settle(start + 61s));
  BOOST_TEST(link.backoff_factor() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_was_started_anew_begins_with_a_clean_slate) {
  losses link;
  for (int i = 0; i < 10; ++i)
    link.lost(start);
  link.begin_anew();
  BOOST_TEST(!link.is_unsteady());
  link.lost(start + 1s);
  BOOST_TEST(link.backoff_factor() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace link_losses_test
