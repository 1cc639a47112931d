#include "app/play/scripted_game.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace scripted_game_test {

using namespace ariadne::minotaur;

namespace {

using players_of_a_game = ariadne::minotaur::scripted_game;

} // namespace

BOOST_AUTO_TEST_SUITE(scripted_game)

BOOST_AUTO_TEST_CASE(players_ask_for_the_game_and_then_take_turns_by_their_scripts) {
  const auto state = new_game("ABYZ", 0);
  players_of_a_game players;
  BOOST_TEST(players.next_message({}) == "state");
  BOOST_TEST(players.is_asking());
  players.is_shown(state, {});
  for (std::uint64_t turn = 1; turn < 4; ++turn)
    for (const std::string name : {"Ariadne", "Minotaur", "Theseus"}) {
      const auto message = players.next_message({});
      BOOST_TEST(message == to_string(act_request{name, scripted_action(state, name).value(), turn}));
      BOOST_TEST(!players.is_asking());
      BOOST_TEST(players.is_answered(to_string(act_receipt{1, turn - 1, 1}), {}));
    }
}

BOOST_AUTO_TEST_CASE(players_look_again_when_a_round_has_begun_and_when_the_game_has_refused_them) {
  players_of_a_game players;
  players.next_message({});
  players.is_shown(new_game("ABYZ", 0), {});
  players.next_message({});
  players.is_answered(to_string(act_receipt{2, 0, 1}), {});
  BOOST_TEST(players.next_message({}) == "state");
  players.is_shown(new_game("ABYZ", 0), {});
  players.next_message({});
  players.is_refused({});
  BOOST_TEST(players.next_message({}) == "state");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_receipt_counts_as_none) {
  players_of_a_game players;
  players.next_message({});
  players.is_shown(new_game("ABYZ", 0), {});
  players.next_message({});
  BOOST_TEST(!players.is_answered("well done", {}));
  const auto tally = players.take_tally();
  BOOST_TEST(tally.moves_unanswered == 1u);
  BOOST_TEST(tally.moves_acknowledged == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace scripted_game_test
