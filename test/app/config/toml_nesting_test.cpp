#include "app/config/toml_nesting.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace toml_nesting_test {

using namespace ariadne;

namespace {

bool is_deep(std::string_view text) {
  return find_deep_nesting(text, 4).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(toml_nesting)

BOOST_AUTO_TEST_CASE(the_parts_of_a_key_are_levels) {
  BOOST_TEST(!is_deep("a.b.c.d = 1"));
  BOOST_TEST(is_deep("a.b.c.d.e = 1"));
  BOOST_TEST(is_deep("a . \"b\" . 'c' . d . e = 1"));
  BOOST_TEST(is_deep("[a.b.c.d.e]"));
  BOOST_TEST(is_deep("x = {a.b.c.d.e = 1}"));
  BOOST_TEST(is_deep("x = {a = 1, a.b.c.d.e = 1}"));
}

BOOST_AUTO_TEST_CASE(open_brackets_and_braces_are_levels) {
  BOOST_TEST(!is_deep("x = [[[[1]]]]\ny = [[[[1]]]]"));
  BOOST_TEST(is_deep("x = [[[[[1]]]]]"));
  BOOST_TEST(is_deep("x = {a = [{b = [\n[1]]}]}"));
  BOOST_TEST(is_deep("[[[[["));
  BOOST_TEST(!is_deep("]]]]]}}}}} [[[["));
}

BOOST_AUTO_TEST_CASE(many_levels_one_after_the_other_are_not_deep) {
  std::string text;
  for (auto i = 0; i < 1'000; ++i)
    text += "[[a.b]]\nc.d = [1.5, 2.5]\n";
  BOOST_TEST(!is_deep(text));
}

BOOST_AUTO_TEST_CASE(strings_and_comments_count_for_nothing) {
  BOOST_TEST(!is_deep("x = \"[[[[[.....\\\"[[[[[\"\n# [[[[[ .....\ny = '.....\\'"));
  BOOST_TEST(!is_deep("x = \"\"\"\n[[[[[\n\\\"\"\" [[[[[\"\"\"\ny = '''[[[[[\n'''"));
}

BOOST_AUTO_TEST_CASE(what_follows_a_string_counts) {
  BOOST_TEST(is_deep("x = \"\\\\\"\n[[[[["));
  BOOST_TEST(is_deep("x = ['\\', [[[[["));
  BOOST_TEST(is_deep("x = ['', \"\", [[[[["));
  BOOST_TEST(is_deep("x = [\"\"\"a\"\"\"\", [[[["));
  BOOST_TEST(is_deep("x = ['''a''''', [[[["));
  BOOST_TEST(is_deep("x = \"not ended\n[[[[["));
}

BOOST_AUTO_TEST_CASE(the_place_is_where_the_level_begins) {
  const auto where = find_deep_nesting("# a\nx = [[[\n", 2);
  BOOST_REQUIRE(where.has_value());
  BOOST_TEST(where->line == 2u);
  BOOST_TEST(where->column == 7u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toml_nesting_test
