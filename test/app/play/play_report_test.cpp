#include "app/play/play_report.hpp"

#include <boost/test/unit_test.hpp>

namespace play_report_test {

using namespace ariadne::minotaur;
using namespace std::chrono_literals;

namespace {

play_part part_with(disturbance what, const game_tally& tally) {
  play_part result{.name = "part", .what = what, .games = 1};
  add(result, tally);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(play_report)

BOOST_AUTO_TEST_CASE(a_part_is_the_sum_of_its_games_and_has_the_longest_of_their_gaps) {
  play_part part{.name = "part", .games = 2};
  game_tally tally{.rounds = 3, .moves_sent = 10, .moves_lost = 1, .loss_rounds = 1, .longest_gap = 20ms};
  add(part, tally);
  tally.longest_gap = 5ms;
  tally.loss_rounds = 0;
  add(part, tally);
  BOOST_TEST(part.sum.rounds == 6u);
  BOOST_TEST(part.sum.moves_sent == 20u);
  BOOST_TEST(part.sum.moves_lost == 2u);
  BOOST_TEST(part.sum.loss_rounds == 1u);
  BOOST_TEST((part.sum.longest_gap == 20ms));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_by_a_drain_and_only_what_came_after_a_checkpoint_by_a_crash) {
  const game_tally clean{.rounds = 3, .moves_sent = 10, .moves_acknowledged = 8, .moves_unanswered = 2};
  BOOST_TEST(broken_promises(part_with(disturbance::drain, clean)).empty());
  auto lossy = clean;
  lossy.moves_lost = 2;
  lossy.loss_rounds = 1;
  BOOST_TEST(broken_promises(part_with(disturbance::drain, lossy)).size() == 1u);
  BOOST_TEST(broken_promises(part_with(disturbance::crash, lossy)).empty());
  lossy.loss_rounds = 2;
  BOOST_TEST(broken_promises(part_with(disturbance::crash, lossy)).size() == 1u);
}

BOOST_AUTO_TEST_CASE(duplicates_and_games_that_do_not_answer_are_never_allowed) {
  for (const auto what : {disturbance::drain, disturbance::crash}) {
    BOOST_TEST(broken_promises(part_with(what, {.duplicates = 1})).size() == 1u);
    auto part = part_with(what, {});
    part.games_lost = 1;
    BOOST_TEST(broken_promises(part).size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(the_table_has_a_column_for_each_part) {
  auto first = part_with(disturbance::drain, {.rounds = 3, .moves_sent = 1'000, .longest_gap = 12'345us});
  first.name = "restarts";
  auto second = part_with(disturbance::crash, {.moves_lost = 7});
  second.name = "kill";
  BOOST_TEST(to_table({first, second}) == R"(                                restarts    kill
games                                  1       1
games lost                             0       0
rounds played                          3       0
moves sent                          1000       0
  acknowledged                         0       0
  refused                              0       0
  unanswered                           0       0
moves lost                             0       7
longest gap, half of the games   12.3 ms  0.0 ms
longest gap, 99 % of the games   12.3 ms  0.0 ms
longest gap                      12.3 ms  0.0 ms
duplicates                             0       0
)");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace play_report_test
