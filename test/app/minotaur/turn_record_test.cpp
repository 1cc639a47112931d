#include "app/minotaur/turn_record.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>

namespace turn_record_test {

using namespace ariadne::minotaur;

namespace {

turn_record after(std::initializer_list<std::uint64_t> turns) {
  turn_record result;
  for (const auto turn : turns)
    note(result, turn);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(turn_record)

BOOST_AUTO_TEST_CASE(turns_count_in_the_order_of_their_numbers_and_some_may_be_missing) {
  BOOST_TEST((judge({}, 1) == turn_verdict::taken));
  BOOST_TEST((judge(after({1, 2}), 3) == turn_verdict::taken));
  BOOST_TEST((judge(after({1, 2}), 1'000) == turn_verdict::taken));
  BOOST_TEST(after({1, 5}).last == 5u);
}

BOOST_AUTO_TEST_CASE(a_turn_that_comes_again_is_told_from_one_that_comes_late) {
  const auto turns = after({1, 2, 5});
  for (const auto taken : {1u, 2u, 5u})
    BOOST_TEST((judge(turns, taken) == turn_verdict::repeated));
  for (const auto missed : {3u, 4u})
    BOOST_TEST((judge(turns, missed) == turn_verdict::stale));
}

BOOST_AUTO_TEST_CASE(of_turns_long_ago_it_is_not_known_whether_they_were_taken) {
  BOOST_TEST((judge(after({1, 64}), 1) == turn_verdict::repeated));
  BOOST_TEST((judge(after({1, 65}), 1) == turn_verdict::stale));
  BOOST_TEST((judge(after({1, 1'000}), 1) == turn_verdict::stale));
}

BOOST_AUTO_TEST_CASE(repeats_are_counted_and_change_nothing_else) {
  const auto once = after({1, 2});
  auto again = after({1, 2, 2, 1});
  BOOST_TEST(again.repeats == 2u);
  again.repeats = 0;
  BOOST_TEST((again == once));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace turn_record_test
