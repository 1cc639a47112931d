#include "membership/copied_journals.hpp"

#include <boost/test/unit_test.hpp>

namespace copied_journals_test {

namespace {

using journals_of_node = ariadne::membership::copied_journals;
using finding = journals_of_node::finding;

} // namespace

BOOST_AUTO_TEST_SUITE(copied_journals)

BOOST_AUTO_TEST_CASE(a_node_that_lives_as_a_former_incarnation_is_the_one_that_was_copied) {
  journals_of_node mine{{3, 5}};
  BOOST_TEST((mine.met("b", 5, 0) == finding::of_running));
}

BOOST_AUTO_TEST_CASE(a_node_that_has_started_from_the_same_incarnation_has_a_copy_as_well) {
  journals_of_node mine{{3, 5}};
  BOOST_TEST((mine.met("b", 9, 3) == finding::of_same));
}

BOOST_AUTO_TEST_CASE(a_node_with_a_journal_of_its_own_is_none) {
  journals_of_node mine{{3, 5}};
  BOOST_TEST(!mine.met("b", 9, 8));
  BOOST_TEST(!mine.met("c", 10, 0));
}

BOOST_AUTO_TEST_CASE(a_node_that_begins_with_nothing_has_no_copy_of_anything) {
  journals_of_node mine{{}};
  BOOST_TEST(!mine.met("b", 9, 8));
  BOOST_TEST(!mine.met("c", 0, 0));
}

BOOST_AUTO_TEST_CASE(each_node_is_told_of_once) {
  journals_of_node mine{{3, 5}};
  BOOST_TEST(mine.met("b", 9, 5).has_value());
  BOOST_TEST(!mine.met("b", 9, 5));
  BOOST_TEST(!mine.met("b", 11, 9));
  BOOST_TEST(mine.met("c", 12, 5).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace copied_journals_test
