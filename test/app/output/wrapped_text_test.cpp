#include "app/output/wrapped_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace wrapped_text_test {

using ariadne::wrapped_lines;

using lines = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(wrapped_text)

BOOST_AUTO_TEST_CASE(what_fits_stays_in_one_line) {
  BOOST_TEST(wrapped_lines("three nodes", 11, 4) == lines{"three nodes"}, boost::test_tools::per_element());
  BOOST_TEST(wrapped_lines("", 11, 4) == lines{""}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_is_broken_at_the_last_space_that_fits) {
  BOOST_TEST(wrapped_lines("three nodes answer", 11, 0) == (lines{"three nodes", "answer"}),
             boost::test_tools::per_element());
  BOOST_TEST(wrapped_lines("three nodes answer", 10, 0) == (lines{"three", "nodes", "answer"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(further_lines_are_indented_unless_that_leaves_too_little) {
  BOOST_TEST(wrapped_lines("keys  1 2 3 4", 8, 3) == (lines{"keys  1", "   2 3 4"}), boost::test_tools::per_element());
  BOOST_TEST(wrapped_lines("keys  1 2 3 4", 8, 5) == (lines{"keys  1", "2 3 4"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_text_is_indented_by_is_no_line) {
  BOOST_TEST(wrapped_lines("  connection refused", 8, 2) == (lines{"  connection", "  refused"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_word_that_is_too_long_has_a_line_of_its_own) {
  BOOST_TEST(wrapped_lines("at ariadne-1.example now", 8, 0) == (lines{"at", "ariadne-1.example", "now"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace wrapped_text_test
