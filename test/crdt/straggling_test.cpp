#include "crdt/stragglers.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <set>

namespace straggling_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(straggling)

namespace {

constexpr std::uint64_t patience_ms = 600'000;
constexpr replica_id gone{0xd};

/// What a replica sees of its members, with a clock.
struct watched_members {
  void look_after(std::uint64_t ms) {
    now_ms += ms;
    late.look(
      members, vector, now_ms, [this](replica_id member) { return has[member]; },
      [this](replica_id member) { return member == takes_large_value; });
  }

  stragglers late{patience_ms};
  std::set<replica_id> members{b, c};
  version_vector vector{{a, 1}};
  std::map<replica_id, version_vector> has;
  replica_id takes_large_value;
  std::uint64_t now_ms = start_ms;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(who_lacks_something_for_longer_than_the_patience_is_a_straggler_and_nobody_else,
                        watched_members) {
  look_after(0);
  has[c] = vector;
  look_after(patience_ms - 1);
  BOOST_TEST(!late.contains(b));
  look_after(1);
  BOOST_TEST(late.contains(b));
  BOOST_TEST(!late.contains(c));
}

BOOST_FIXTURE_TEST_CASE(who_follows_what_grows_all_the_time_is_no_straggler, watched_members) {
  for (std::uint64_t counter = 2; counter < 20; ++counter) {
    look_after(patience_ms / 2);
    has[b] = has[c] = vector;
    vector.raise({a, counter});
  }
  BOOST_TEST(!late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(who_gets_on_but_never_as_far_as_was_known_in_time_is_a_straggler, watched_members) {
  vector = {{a, 100}};
  look_after(0);
  for (std::uint64_t counter = 1; counter <= 10; ++counter) {
    has[b].raise({a, counter});
    look_after(patience_ms / 10);
  }
  BOOST_TEST(late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(who_takes_in_a_large_value_is_no_straggler_until_that_stops, watched_members) {
  takes_large_value = b;
  look_after(0);
  for (auto i = 0; i < 10; ++i)
    look_after(patience_ms);
  BOOST_TEST(!late.contains(b));
  BOOST_TEST(late.contains(c));
  takes_large_value = {};
  look_after(patience_ms - 1);
  BOOST_TEST(!late.contains(b));
  look_after(1);
  BOOST_TEST(late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(a_straggler_that_has_followed_is_none_any_more, watched_members) {
  look_after(0);
  look_after(patience_ms);
  BOOST_TEST(late.contains(b));
  has[b] = vector;
  look_after(1);
  BOOST_TEST(!late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(who_is_no_member_any_more_begins_anew_as_one, watched_members) {
  look_after(0);
  look_after(patience_ms);
  members.erase(b);
  look_after(1);
  BOOST_TEST(!late.contains(b));
  members.insert(b);
  look_after(patience_ms - 1);
  look_after(1);
  BOOST_TEST(!late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(what_has_been_retired_is_not_waited_for, watched_members) {
  vector = {{a, 1}, {gone, 1}};
  look_after(0);
  has[b] = has[c] = version_vector{{a, 1}};
  vector.drop(gone);
  look_after(patience_ms);
  BOOST_TEST(!late.contains(b));
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_is_set_back_begins_the_patience_anew, watched_members) {
  look_after(0);
  now_ms -= 2 * patience_ms;
  look_after(0);
  look_after(patience_ms - 1);
  BOOST_TEST(!late.contains(b));
  look_after(1);
  BOOST_TEST(late.contains(b));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace straggling_test
