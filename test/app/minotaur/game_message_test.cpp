#include "app/minotaur/game_message.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace game_message_test {

using namespace ariadne::minotaur;

BOOST_AUTO_TEST_SUITE(game_message)

BOOST_AUTO_TEST_CASE(requests_are_lines_of_words) {
  BOOST_TEST((parse_game_request("show") == game_request{show_request{}}));
  BOOST_TEST((parse_game_request(" state ") == game_request{state_request{}}));
  const act_request step{"Theseus", {action_kind::move, {2, -2}}, 0};
  BOOST_TEST((parse_game_request("act Theseus move 2 -2") == game_request{step}));
  const act_request blow{"Minotaur", {action_kind::attack, {-1, 0}}, 17};
  BOOST_TEST((parse_game_request("act Minotaur attack -1 0 17") == game_request{blow}));
}

BOOST_AUTO_TEST_CASE(an_action_comes_back_from_its_line) {
  for (const auto turn : {0u, 1u, 4711u}) {
    const act_request request{"Ariadne", {action_kind::attack, {-3, 3}}, turn};
    BOOST_TEST((parse_game_request(to_string(request)) == game_request{request}));
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_request) {
  for (const std::string line :
       {"", "dance", "show me", "act", "act Theseus", "act Theseus fly 1 0", "act Theseus move 1",
        "act Theseus move 1 x", "act Theseus move 1 0 0", "act Theseus move 1 0 -1", "act Theseus move 1 0 x",
        "act Theseus move 1 0 1 1", "act Theseus move 99999999999 0", "act Theseus move 1 0 99999999999999999999999"})
    BOOST_TEST(!parse_game_request(line).has_value(), line);
}

BOOST_AUTO_TEST_CASE(a_receipt_comes_back_from_its_line) {
  const act_receipt receipt{5, 16, 3};
  BOOST_TEST(to_string(receipt) == "round 5, after turn 16, in epoch 3");
  BOOST_TEST((parse_act_receipt(to_string(receipt)) == receipt));
  for (const std::string line :
       {"", "round 5", "round 5, after turn 16, in epoch", "round 5, after turn 16, in epoch 3 ",
        "round -5, after turn 16, in epoch 3", "game 5, after turn 16, in epoch 3"})
    BOOST_TEST(!parse_act_receipt(line).has_value(), line);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace game_message_test
