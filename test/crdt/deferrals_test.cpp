#include "crdt/deferrals.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

namespace deferrals_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

constexpr std::uint64_t patience_ms = 500;

/// The neighbour gets its changes straight from b, but not from c.
struct a_source {
  a_source() {
    left.set_sources({b});
  }
  void pass(std::uint64_t ms, const version_vector& there) {
    now_ms += ms;
    left.age(here, there, patience_ms, now_ms);
  }
  ariadne::crdt::deferrals left;
  version_vector here{{b, 5}, {c, 5}};
  std::uint64_t now_ms = start_ms;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(deferrals, a_source)

BOOST_AUTO_TEST_CASE(events_of_a_source_and_its_twin_are_left_to_it) {
  BOOST_TEST(left.contains(b));
  BOOST_TEST(left.contains(twin_of(b)));
  BOOST_TEST(!left.contains(c));
}

BOOST_AUTO_TEST_CASE(what_does_not_arrive_is_forwarded_when_the_patience_is_over) {
  pass(0, {{b, 2}});
  pass(patience_ms - 1, {{b, 4}});
  BOOST_TEST(left.contains(b));
  pass(1, {{b, 4}});
  BOOST_TEST(!left.contains(b));
  pass(1, {{b, 5}});
  BOOST_TEST(left.contains(b));
}

BOOST_AUTO_TEST_CASE(what_arrives_begins_the_patience_anew) {
  pass(0, {{b, 2}});
  here.raise({b, 9});
  pass(patience_ms - 1, {{b, 5}});
  pass(1, {{b, 5}});
  BOOST_TEST(left.contains(b));
}

BOOST_AUTO_TEST_CASE(a_source_that_is_one_no_longer_is_stood_in_for_at_once) {
  left.set_sources({});
  BOOST_TEST(!left.contains(b));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace deferrals_test
