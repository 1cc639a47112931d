#include "app/play/game_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace game_ledger_test {

using namespace ariadne::minotaur;
using namespace std::chrono_literals;

namespace {

const std::string theseus = "Theseus";

/// A ledger, and the time that it is told.
struct book {
  game_ledger ledger;
  game_ledger::time_point now;

  std::uint64_t send() {
    const auto turn = ledger.next_turn(theseus);
    ledger.sends_move(theseus, now);
    return turn;
  }

  void acknowledge(act_receipt receipt) {
    ledger.is_acknowledged(theseus, receipt, now);
  }

  void show(std::uint64_t round, turn_record turns) {
    game_v1 state;
    state.round = round;
    state.turns[theseus] = turns;
    ledger.is_shown(state, now);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(game_ledger)

BOOST_FIXTURE_TEST_CASE(moves_that_the_game_builds_upon_are_not_lost, book) {
  for (std::uint64_t turn = 1; turn <= 5; ++turn) {
    BOOST_TEST(send() == turn);
    acknowledge({1, turn - 1, 1});
  }
  show(1, {5, 0b11111, 0});
  const auto tally = ledger.take_tally();
  BOOST_TEST(tally.moves_sent == 5u);
  BOOST_TEST(tally.moves_acknowledged == 5u);
  BOOST_TEST(tally.moves_lost == 0u);
  BOOST_TEST(tally.duplicates == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_move_is_lost_if_the_next_one_comes_after_an_earlier_one, book) {
  send();
  acknowledge({4, 0, 1});
  send();
  acknowledge({5, 0, 2});
  const auto tally = ledger.take_tally();
  BOOST_TEST(tally.moves_lost == 1u);
  BOOST_TEST(tally.loss_rounds == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_move_is_lost_if_the_game_as_it_is_shown_does_not_know_it, book) {
  show(4, {});
  send();
  acknowledge({4, 0, 1});
  show(6, {1, 1, 0});
  BOOST_TEST(ledger.take_tally().moves_lost == 0u);
  send();
  acknowledge({6, 1, 1});
  show(8, {1, 1, 0});
  const auto tally = ledger.take_tally();
  BOOST_TEST(tally.moves_lost == 1u);
  BOOST_TEST(tally.rounds == 2u);
}

BOOST_FIXTURE_TEST_CASE(the_age_of_a_loss_is_counted_in_rounds, book) {
  send();
  acknowledge({4, 0, 1});
  ledger.asks(now);
  ledger.is_acknowledged("Ariadne", {7, 0, 1}, now);
  send();
  acknowledge({7, 0, 2});
  const auto tally = ledger.take_tally();
  BOOST_TEST(tally.moves_lost == 1u);
  BOOST_TEST(tally.loss_rounds == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_move_that_nobody_has_answered_is_neither_lost_nor_found, book) {
  send();
  ledger.is_unanswered();
  BOOST_TEST(send() == 2u);
  acknowledge({1, 0, 1});
  send();
  ledger.is_unanswered();
  send();
  acknowledge({1, 3, 1});
  const auto tally = ledger.take_tally();
  BOOST_TEST(tally.moves_unanswered == 2u);
  BOOST_TEST(tally.moves_lost == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_message_that_the_game_got_twice_is_a_duplicate, book) {
  // What was before is not this ledger's.
  show(1, {3, 0b111, 5});
  BOOST_TEST(send() == 4u);
  acknowledge({1, 3, 1});
  show(1, {4, 0b1111, 6});
  BOOST_TEST(ledger.take_tally().duplicates == 1u);
  // A checkpoint from before the repeat.
  show(1, {4, 0b1111, 5});
  show(1, {4, 0b1111, 6});
  BOOST_TEST(ledger.take_tally().duplicates == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_answer_from_an_owner_that_has_been_replaced_is_a_duplicate, book) {
  send();
  acknowledge({1, 0, 3});
  send();
  acknowledge({1, 1, 4});
  BOOST_TEST(ledger.take_tally().duplicates == 0u);
  send();
  acknowledge({1, 2, 3});
  BOOST_TEST(ledger.take_tally().duplicates == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_gap_lasts_from_the_first_question_to_the_next_answer, book) {
  send();
  now += 5ms;
  acknowledge({1, 0, 1});
  now += 1s;
  send();
  now += 20ms;
  ledger.is_unanswered();
  ledger.asks(now);
  now += 30ms;
  ledger.is_undelivered();
  send();
  now += 10ms;
  ledger.is_refused(now);
  BOOST_TEST((ledger.take_tally().longest_gap == 60ms));
  now += 1s;
  send();
  now += 1ms;
  acknowledge({1, 1, 1});
  BOOST_TEST((ledger.take_tally().longest_gap == 1ms));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace game_ledger_test
