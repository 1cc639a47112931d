#include "app/config/duration.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string_view>

namespace duration_test {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration)

BOOST_AUTO_TEST_CASE(a_whole_number_with_a_unit_is_a_duration) {
  BOOST_CHECK(ariadne::parse_duration("0ms") == 0ms);
  BOOST_CHECK(ariadne::parse_duration("250ms") == 250ms);
  BOOST_CHECK(ariadne::parse_duration("5s") == 5s);
  BOOST_CHECK(ariadne::parse_duration("2m") == 2min);
  BOOST_CHECK(ariadne::parse_duration("24h") == 24h);
}

BOOST_DATA_TEST_CASE(any_other_text_is_none,
                     boost::unit_test::data::make<std::string_view>({"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s",
                                                                     "1.5s", "5S", "5d", "99999999999999999999s",
                                                                     "9999999h", "18446744073709551615ms"}),
                     text) {
  BOOST_CHECK(!ariadne::parse_duration(text));
}

BOOST_AUTO_TEST_CASE(a_duration_is_written_in_the_largest_unit_that_leaves_a_whole_number) {
  BOOST_TEST(ariadne::to_string(0ms) == "0ms");
  BOOST_TEST(ariadne::to_string(1'500ms) == "1500ms");
  BOOST_TEST(ariadne::to_string(5'000ms) == "5s");
  BOOST_TEST(ariadne::to_string(90s) == "90s");
  BOOST_TEST(ariadne::to_string(120s) == "2m");
  BOOST_TEST(ariadne::to_string(24h) == "24h");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace duration_test
