#include "app/config/file_changes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace file_changes_test {

using ariadne::changed_keys;

namespace {

using keys = std::vector<std::string>;

const std::string file = R"(
[cluster]
name = "games"
voters = ["a", "b"]

[[node]]
name = "a"
port = 4101
)";

std::string replaced(std::string before, const std::string& what, const std::string& with) {
  return before.replace(before.find(what), what.size(), with);
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_changes)

BOOST_AUTO_TEST_CASE(a_file_that_says_the_same_has_not_changed) {
  BOOST_TEST((changed_keys(file, "# another comment\n" + file) == keys{}));
  BOOST_TEST((changed_keys(file, replaced(file, "4101", "4_101")) == keys{}));
}

BOOST_AUTO_TEST_CASE(what_has_changed_is_named_by_its_table) {
  BOOST_TEST((changed_keys(file, replaced(file, "\"b\"", "\"c\"")) == keys{"[cluster] voters"}));
  BOOST_TEST((changed_keys(file, replaced(file, "4101", "4102")) == keys{"[[node]] a port"}));
}

BOOST_AUTO_TEST_CASE(what_has_come_or_gone_has_changed) {
  const auto more = file + "[[node]]\nname = \"b\"\nport = 4102\n\n[storage]\ndirectory = \"disk\"\n";
  const keys difference{"[[node]] b name", "[[node]] b port", "[storage] directory"};
  BOOST_TEST((changed_keys(file, more) == difference));
  BOOST_TEST((changed_keys(more, file) == difference));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace file_changes_test
