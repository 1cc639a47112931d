#include "app/output/status_line.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace status_line_test {

BOOST_AUTO_TEST_SUITE(status_line)

BOOST_AUTO_TEST_CASE(a_shorter_text_leaves_nothing_of_the_longer_one_before) {
  ariadne::rewritten_line line;
  BOOST_TEST(line.show("eleven left") == "\releven left");
  BOOST_TEST(line.show("two left") == "\rtwo left   ");
  BOOST_TEST(line.show("one") == "\rone     ");
}

BOOST_AUTO_TEST_CASE(the_line_is_gone_at_the_end) {
  ariadne::rewritten_line line;
  BOOST_TEST(line.clear().empty());
  line.show("all");
  BOOST_TEST(line.clear() == "\r   \r");
  BOOST_TEST(line.clear().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace status_line_test
