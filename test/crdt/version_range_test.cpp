#include "crdt/version_range.hpp"

#include <boost/test/unit_test.hpp>

namespace version_range_test {

namespace {

/// The suite hides its name.
using versions = ariadne::crdt::version_range;

/// 0: none.
std::uint32_t common(versions left, versions right) {
  BOOST_TEST((greatest_common(left, right) == greatest_common(right, left)));
  return greatest_common(left, right).value_or(0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(version_range)

BOOST_AUTO_TEST_CASE(the_greatest_version_that_both_speak_is_spoken) {
  BOOST_TEST(common({3, 3}, {3, 3}) == 3u);
  BOOST_TEST(common({3, 5}, {4, 9}) == 5u);
  BOOST_TEST(common({3, 9}, {4, 5}) == 5u);
  BOOST_TEST(common({3, 5}, {5, 6}) == 5u);
}

BOOST_AUTO_TEST_CASE(programs_too_far_apart_speak_none) {
  BOOST_TEST(common({3, 4}, {5, 6}) == 0u);
}

BOOST_AUTO_TEST_CASE(an_empty_range_has_no_version) {
  BOOST_TEST(common({4, 3}, {1, 9}) == 0u);
  BOOST_TEST(common({9, 3}, {3, 3}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_range_is_named_as_people_would) {
  BOOST_TEST(to_string(versions{3, 3}) == "version 3");
  BOOST_TEST(to_string(versions{3, 5}) == "versions 3 to 5");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace version_range_test
