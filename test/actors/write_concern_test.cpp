#include "actors/write_concern.hpp"

#include <boost/test/unit_test.hpp>

using namespace ariadne;

namespace {

/// This node and four others of a cluster file of five; the last one is a joiner that is not in the file.
concern_view view() {
  return {{{1, 10, true}, {2, 7, true}, {3, 4, true}, {9, 12, false}}, 5, true, false, 6};
}

std::uint64_t met(concern_level level, const concern_view& view, std::uint32_t count = 0) {
  return met_up_to({level, count}, view);
}

} // namespace

BOOST_AUTO_TEST_SUITE(write_concern)

BOOST_AUTO_TEST_CASE(local_is_met_by_every_event) {
  BOOST_TEST(met(concern_level::local, view()) == every_event);
  BOOST_TEST(met(concern_level::local, {}) == every_event);
}

BOOST_AUTO_TEST_CASE(one_is_met_by_whoever_is_first) {
  BOOST_TEST(met(concern_level::one, view()) == 12u);
}

BOOST_AUTO_TEST_CASE(one_is_met_at_once_if_it_is_known_that_nobody_else_is_there) {
  BOOST_TEST(met(concern_level::one, {{}, 3, true, false}) == every_event);
  BOOST_TEST(met(concern_level::one, {{}, 3, true, true}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_count_includes_this_node_and_any_member) {
  BOOST_TEST(met(concern_level::count, view(), 0) == every_event);
  BOOST_TEST(met(concern_level::count, view(), 1) == every_event);
  BOOST_TEST(met(concern_level::count, view(), 2) == 12u);
  BOOST_TEST(met(concern_level::count, view(), 4) == 7u);
  BOOST_TEST(met(concern_level::count, view(), 5) == 4u);
  BOOST_TEST(met(concern_level::count, view(), 6) == 0u);
}

BOOST_AUTO_TEST_CASE(a_majority_is_one_of_the_listed_nodes_whether_they_are_up_or_not) {
  BOOST_TEST(met(concern_level::majority, view()) == 7u);
  auto small = view();
  small.members = {{1, 10, true}, {9, 12, false}};
  BOOST_TEST(met(concern_level::majority, small) == 0u);
  BOOST_TEST(met(concern_level::majority, {{}, 1, true, false}) == every_event);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_listed_is_no_part_of_a_majority) {
  auto joiner = view();
  joiner.is_self_counted = false;
  BOOST_TEST(met(concern_level::majority, joiner) == 4u);
}

BOOST_AUTO_TEST_CASE(all_is_met_by_the_slowest_of_the_listed_nodes) {
  BOOST_TEST(met(concern_level::all, view()) == 0u);
  auto complete = view();
  complete.members.push_back({4, 2, true});
  BOOST_TEST(met(concern_level::all, complete) == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
