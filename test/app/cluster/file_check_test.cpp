#include "app/cluster/file_check.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace file_check_test {

using namespace ariadne;

namespace {

std::vector<std::string> split(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_check)

BOOST_AUTO_TEST_CASE(what_is_printed_of_a_file_is_read_again) {
  const checked_file file{"minotaur", {{"a", "127.0.0.1:4101"}, {"b", "[::1]:4102"}}};
  const auto read = checked_file_from(split(to_lines(file)));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->cluster == file.cluster);
  BOOST_TEST((read->nodes == file.nodes));
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_or_names_no_node_is_an_error) {
  for (const auto* text : {"", "cluster minotaur\n", "node a h:1\n", "cluster minotaur\nnode a\n", "usage: ariadne\n"})
    BOOST_TEST(!checked_file_from(split(text)).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace file_check_test
