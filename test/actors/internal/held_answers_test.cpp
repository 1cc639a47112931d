#include "actors/internal/held_answers.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

namespace held_answers_test {

using namespace ariadne;

namespace {

held_answer answer(std::uint64_t number) {
  return {{"a", 1}, number, "done"};
}

std::vector<std::uint64_t> numbers(const std::vector<held_answer>& answers) {
  std::vector<std::uint64_t> result;
  for (const auto& a : answers)
    result.push_back(a.number);
  return result;
}

using list = std::vector<std::uint64_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(held_answers)

BOOST_AUTO_TEST_CASE(an_answer_is_given_once_a_state_after_it_is_written) {
  ariadne::held_answers held;
  held.add(answer(1));
  held.state_told();
  held.write_begins();
  held.add(answer(2));
  BOOST_TEST((numbers(held.write_ends(true)) == list{1}));
  held.state_told();
  held.write_begins();
  BOOST_TEST((numbers(held.write_ends(true)) == list{2}));
}

BOOST_AUTO_TEST_CASE(a_state_that_is_told_during_a_write_waits_for_the_next_one) {
  ariadne::held_answers held;
  held.add(answer(1));
  held.state_told();
  held.write_begins();
  held.add(answer(2));
  held.state_told();
  BOOST_TEST(held.take_told().empty());
  BOOST_TEST((numbers(held.write_ends(true)) == list{1}));
  held.write_begins();
  BOOST_TEST((numbers(held.write_ends(true)) == list{2}));
}

BOOST_AUTO_TEST_CASE(a_state_that_stands_there_already_is_held_though_nothing_is_written) {
  ariadne::held_answers held;
  held.add(answer(1));
  held.state_told();
  BOOST_TEST((numbers(held.take_told()) == list{1}));
  BOOST_TEST(held.take_told().empty());
}

BOOST_AUTO_TEST_CASE(what_was_not_written_waits_in_its_order_for_the_next_write) {
  ariadne::held_answers held;
  held.add(answer(1));
  held.state_told();
  held.write_begins();
  held.add(answer(2));
  held.state_told();
  BOOST_TEST(held.write_ends(false).empty());
  BOOST_TEST(held.take_told().empty());
  held.write_begins();
  BOOST_TEST((numbers(held.write_ends(true)) == list{1, 2}));
}

BOOST_AUTO_TEST_CASE(when_the_session_ends_all_come_out_once) {
  ariadne::held_answers held;
  for (const std::uint64_t number : {1, 2}) {
    held.add(answer(number));
    held.state_told();
    held.write_begins();
  }
  held.add(answer(3));
  BOOST_TEST(held.take_all().size() == 3u);
  BOOST_TEST(held.take_all().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace held_answers_test
