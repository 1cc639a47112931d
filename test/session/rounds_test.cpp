#include "session/rounds.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace rounds_test {

using namespace ariadne::session;

namespace {

struct rounds_of_ten {
  std::set<int> all{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  ariadne::session::rounds<int> rounds;
  std::vector<int> seen;

  bool go_on(std::size_t visits_max) {
    return rounds.go_on(all, visits_max, [&](auto position) {
      seen.push_back(*position);
      return std::optional{std::next(position)};
    });
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rounds, rounds_of_ten)

BOOST_AUTO_TEST_CASE(nothing_is_looked_at_that_is_not_due) {
  BOOST_TEST(!go_on(100));
  BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_CASE(all_are_looked_at_in_order_some_in_each_call) {
  rounds.look_at_all();
  BOOST_TEST(go_on(4));
  BOOST_TEST(seen == (std::vector<int>{1, 2, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(go_on(4));
  BOOST_TEST(!go_on(4));
  BOOST_TEST(seen == (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), boost::test_tools::per_element());
  BOOST_TEST(!rounds.is_due());
  BOOST_TEST(rounds.turns() == 1u);
}

BOOST_AUTO_TEST_CASE(those_that_were_passed_before_all_were_asked_for_are_looked_at_again) {
  rounds.look_at_all();
  go_on(4);
  seen.clear();
  rounds.look_at_all();
  go_on(100);
  BOOST_TEST(std::set<int>(seen.begin(), seen.end()) == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_a_few_that_are_asked_for_now_and_then_none_is_left_out) {
  for (auto i = 0; i < 5; ++i) {
    rounds.look_at(2, all.size());
    go_on(100);
    BOOST_TEST(!rounds.is_due());
  }
  BOOST_TEST(seen == (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_more_are_asked_for_than_there_are_each_is_looked_at_once) {
  rounds.look_at(100, all.size());
  BOOST_TEST(!go_on(1'000));
  BOOST_TEST(seen == (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_is_removed_where_the_next_call_begins_takes_no_other_with_it) {
  rounds.look_at_all();
  go_on(4);
  all.erase(5);
  all.erase(1);
  go_on(100);
  BOOST_TEST(seen == (std::vector<int>{1, 2, 3, 4, 6, 7, 8, 9, 10}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_visit_may_remove_what_it_visits) {
  rounds.look_at_all();
  rounds.go_on(all, 100, [&](auto position) { return std::optional{all.erase(position)}; });
  BOOST_TEST(all.empty());
  BOOST_TEST(!rounds.is_due());
}

BOOST_AUTO_TEST_CASE(one_whose_time_has_not_come_ends_the_call_and_is_the_next_one) {
  rounds.look_at_all();
  const auto may_go_on = rounds.go_on(
    all, 100, [&](auto position) { return *position == 3 ? std::nullopt : std::optional{std::next(position)}; });
  BOOST_TEST(!may_go_on);
  BOOST_TEST(rounds.is_due());
  go_on(1);
  BOOST_TEST(seen == std::vector<int>{3}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_there_is_nothing_a_round_ends_at_once) {
  all.clear();
  rounds.look_at_all();
  go_on(2);
  BOOST_TEST(!rounds.is_due());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace rounds_test
