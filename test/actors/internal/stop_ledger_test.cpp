#include "actors/internal/stop_ledger.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

namespace stop_ledger_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(stop_ledger)

namespace {

struct books {
  ariadne::stop_ledger ledger;
  const ariadne::stop_ledger::number games = ledger.ask("service games");

  /// What is left over, as "key: reason", once nobody is waited for.
  std::vector<std::string> result() {
    BOOST_TEST(ledger.is_settled());
    std::vector<std::string> lines;
    for (const auto& l : ledger.take_leftovers())
      lines.push_back(l.key + ": " + l.reason);
    return lines;
  }
};

const std::vector<std::string> nothing;
const std::vector<std::string> dead{"service games: has died, with what it had not stashed: it fell over"};

} // namespace

BOOST_FIXTURE_TEST_CASE(who_has_not_answered_is_waited_for, books) {
  BOOST_TEST(!ledger.is_settled());
}

BOOST_FIXTURE_TEST_CASE(who_answers_is_done_with_what_it_could_not_stash, books) {
  ledger.answered(games, {{"game_7", "the map is full"}});
  BOOST_TEST(result() == std::vector<std::string>{"game_7: the map is full"});
}

BOOST_FIXTURE_TEST_CASE(who_ends_of_its_own_accord_is_done, books) {
  ledger.ended(games, std::nullopt);
  BOOST_TEST(result() == nothing);
}

BOOST_FIXTURE_TEST_CASE(who_dies_before_it_has_answered_is_left_over, books) {
  ledger.ended(games, "it fell over");
  BOOST_TEST(result() == dead);
}

BOOST_FIXTURE_TEST_CASE(who_dies_after_it_has_answered_has_lost_nothing, books) {
  ledger.answered(games, {});
  ledger.ended(games, "it fell over");
  BOOST_TEST(result() == nothing);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_comes_after_the_time_is_up_counts_no_more, books) {
  ledger.failed(games, "no answer in time");
  ledger.answered(games, {});
  BOOST_TEST(result() == std::vector<std::string>{"service games: has not stopped: no answer in time"});
}

BOOST_FIXTURE_TEST_CASE(who_was_dead_before_is_left_over, books) {
  ledger.note_death("service chat", "it fell over");
  ledger.answered(games, {});
  BOOST_TEST(result()
             == std::vector<std::string>{"service chat: has died, with what it had not stashed: it fell over"});
}

BOOST_FIXTURE_TEST_CASE(what_is_left_over_comes_in_the_order_of_asking_and_is_taken_once, books) {
  const auto chat = ledger.ask("service chat");
  const auto third = ledger.ask("service third");
  ledger.answered(third, {});
  ledger.answered(chat, {{"chat_1", "x"}, {"chat_2", "x"}});
  ledger.answered(games, {{"game_7", "x"}});
  BOOST_TEST(result() == (std::vector<std::string>{"game_7: x", "chat_1: x", "chat_2: x"}));
  BOOST_TEST(result() == nothing);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace stop_ledger_test
