#include "app/output/status_line.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace status_line_test {

BOOST_AUTO_TEST_SUITE(status_line)

BOOST_AUTO_TEST_CASE(a_shorter_text_leaves_nothing_of_the_longer_one_before) {
  ariadne::rewritten_line line;
  BOOST_TEST(line.show("eleven left", 80) == "\releven left");
  BOOST_TEST(line.show("two left", 80) == "\rtwo left   ");
  BOOST_TEST(line.show("one", 80) == "\rone     ");
}

BOOST_AUTO_TEST_CASE(the_line_is_gone_at_the_end) {
  ariadne::rewritten_line line;
  BOOST_TEST(line.clear().empty());
  line.show("all", 80);
  BOOST_TEST(line.clear() == "\r   \r");
  BOOST_TEST(line.clear().empty());
}

BOOST_AUTO_TEST_CASE(a_narrow_terminal_breaks_no_line) {
  ariadne::rewritten_line line;
  BOOST_TEST(line.show("eleven left", 12) == "\releven left");
  BOOST_TEST(line.show("eleven left", 11) == "\releven lef");
  // It has become narrower.
  BOOST_TEST(line.show("one", 7) == "\rone   ");
  BOOST_TEST(line.show("one", 0) == "\r");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace status_line_test
