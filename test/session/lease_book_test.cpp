#include "session/lease_book.hpp"

#include <boost/test/unit_test.hpp>

namespace lease_book_test {

using namespace ariadne::session;

BOOST_AUTO_TEST_SUITE(lease_book)

namespace {

ariadne::session::lease_book book_of_three() {
  return {{1'000, 200}, "a", {"a", "b", "c"}};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_lease_counts_from_the_question) {
  auto book = book_of_three();
  BOOST_TEST(!book.has_majority(5'000));
  book.answered("b", 4'000);
  BOOST_TEST(book.has_majority(4'999));
  BOOST_TEST(!book.has_majority(5'000));
}

BOOST_AUTO_TEST_CASE(an_older_answer_shortens_nothing) {
  auto book = book_of_three();
  book.answered("b", 4'000);
  book.answered("b", 3'000);
  BOOST_TEST(book.has_majority(4'999));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_not_run_is_unsure_until_a_majority_has_answered_what_it_has_asked_since) {
  auto book = book_of_three();
  book.answered("b", 4'000);
  BOOST_TEST(book.is_sure());
  book.doubt(4'500, 0);
  BOOST_TEST(!book.is_sure());
  BOOST_TEST(book.has_majority(4'999));
  book.answered("c", 4'400);
  BOOST_TEST(!book.is_sure());
  book.answered("c", 4'500);
  BOOST_TEST(book.is_sure());
}

BOOST_AUTO_TEST_CASE(time_that_the_clock_has_not_counted_makes_answers_older) {
  auto book = book_of_three();
  book.answered("b", 4'000);
  book.doubt(4'100, 600);
  BOOST_TEST(book.has_majority(4'399));
  BOOST_TEST(!book.has_majority(4'400));
  // Nobody knows how old this is.
  book.answered("c", 4'099);
  BOOST_TEST(!book.has_majority(4'400));
  book.answered("c", 4'100);
  BOOST_TEST(book.has_majority(4'400));
}

BOOST_AUTO_TEST_CASE(nodes_that_are_not_configured_do_not_count) {
  auto book = book_of_three();
  book.answered("joiner", 4'000);
  BOOST_TEST(!book.has_majority(4'001));
  BOOST_TEST(!book.is_majority(std::set<std::string>{"joiner", "a"}));
  BOOST_TEST(book.is_majority(std::set<std::string>{"c"}));
}

BOOST_AUTO_TEST_CASE(half_of_the_nodes_are_no_majority_and_one_of_one_is) {
  BOOST_TEST(!(ariadne::session::lease_book{{}, "a", {"a", "b"}}).has_majority(0));
  BOOST_TEST((ariadne::session::lease_book{{}, "a", {"a"}}).has_majority(0));
}

BOOST_AUTO_TEST_CASE(a_promise_lasts_for_lease_and_guard) {
  auto book = book_of_three();
  book.promise({"b", 7}, 4'000);
  BOOST_TEST(book.is_promised(7, 5'199));
  BOOST_TEST(!book.is_promised(7, 5'200));
  BOOST_TEST(!book.is_promised(8, 4'001));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace lease_book_test
