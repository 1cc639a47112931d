#include "actors/internal/cold_start.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace cold_start_test {

using namespace ariadne;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(cold_start)

namespace {

constexpr crdt::dot old{{1}, 7};
constexpr crdt::dot newer{{2}, 1};
const ariadne::cold_start::clock::time_point begin{1h};

/// A node that has restored an event, in a cluster of three that lists it.
ariadne::cold_start restored(bool starts_alone = false) {
  return {{"b", "c"}, true, crdt::version_vector{old}, starts_alone, begin + 60s};
}

} // namespace

BOOST_AUTO_TEST_CASE(what_was_restored_is_hidden_until_all_other_nodes_have_been_met) {
  auto state = restored();
  BOOST_TEST(state.hides(old));
  BOOST_TEST(!state.hides(newer));
  state.met("b");
  BOOST_TEST(!state.settle(begin));
  BOOST_TEST(state.hides(old));
  state.met("c");
  BOOST_TEST(state.settle(begin));
  BOOST_TEST(!state.hides(old));
  BOOST_TEST(!state.settle(begin));
}

BOOST_AUTO_TEST_CASE(what_was_restored_is_shown_when_the_wait_is_over) {
  auto state = restored();
  BOOST_TEST(!state.settle(begin + 59s));
  BOOST_TEST(state.settle(begin + 60s));
  BOOST_TEST(!state.hides(old));
}

BOOST_AUTO_TEST_CASE(restored_sessions_start_when_all_nodes_have_been_met) {
  auto state = restored();
  BOOST_TEST(!state.may_start_sessions());
  state.met("b");
  BOOST_TEST(!state.may_start_sessions());
  state.met("c");
  BOOST_TEST(state.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(restored_sessions_start_with_a_majority_once_the_wait_is_over) {
  auto state = restored();
  state.settle(begin + 60s);
  BOOST_TEST(!state.may_start_sessions());
  state.met("b");
  BOOST_TEST(state.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(restored_sessions_start_without_a_majority_only_if_they_may) {
  auto state = restored(true);
  BOOST_TEST(!state.may_start_sessions());
  state.settle(begin + 60s);
  BOOST_TEST(state.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(restored_sessions_start_without_a_majority_once_an_operator_says_so) {
  auto state = restored();
  state.settle(begin + 60s);
  BOOST_TEST(!state.may_start_sessions());
  BOOST_TEST((state.start_alone(begin + 61s) == 0s));
  BOOST_TEST(state.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(what_an_operator_says_ends_no_wait_for_nodes_that_may_still_boot) {
  auto state = restored();
  BOOST_TEST((state.start_alone(begin + 18s) == 42s));
  BOOST_TEST(!state.may_start_sessions());
  state.settle(begin + 59s);
  BOOST_TEST(!state.may_start_sessions());
  state.settle(begin + 60s);
  BOOST_TEST(state.may_start_sessions());
}

BOOST_AUTO_TEST_CASE(an_operator_cannot_start_what_waits_for_nobody) {
  ariadne::cold_start none;
  BOOST_TEST(!none.start_alone(begin).has_value());
  auto state = restored();
  state.met("b");
  state.settle(begin + 60s);
  BOOST_TEST(!state.start_alone(begin + 61s).has_value());
}

BOOST_AUTO_TEST_CASE(a_node_that_has_restored_nothing_waits_for_nobody) {
  const ariadne::cold_start none;
  BOOST_TEST(none.may_start_sessions());
  BOOST_TEST(!none.is_cold());
  const ariadne::cold_start first{{"b", "c"}, true, {}, false, begin + 60s};
  BOOST_TEST(first.may_start_sessions());
  BOOST_TEST(!first.is_cold());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cold_start_test
