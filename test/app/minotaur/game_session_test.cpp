#include "app/minotaur/game_kind.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "app/minotaur/game_message.hpp"
#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <vector>

namespace ariadne::test::game_session_test {

namespace {

using namespace minotaur;
using namespace std::chrono_literals;

constexpr auto round_time = 1000ms;
constexpr std::int64_t far_future_ms = 4'102'444'800'000;

/// A session of a game, where nothing happens, and no time passes, unless the test says so.
class still_game : public deterministic_system {
public:
  explicit still_game(std::uint32_t version = 2, std::optional<snapshot> state = {}) {
    session_start start{"minotaur", "ABYZ", 7, std::move(state),
                        [this](snapshot taken) { checkpoints.push_back(taken); }};
    auto spawned = game_kind({version, round_time}).spawn(system(), std::move(start));
    BOOST_REQUIRE(spawned);
    session = *spawned;
    run();
  }

  ~still_game() {
    caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    run();
  }

  template <class Answer, class... Arguments>
  caf::expected<Answer> ask(Arguments... arguments) {
    return answer_to<Answer>(request(session, std::move(arguments)...));
  }

  caf::expected<std::string> say(const std::string& message) {
    return ask<std::string>(deliver_atom_v, message);
  }

  template <class Game = game>
  Game now() {
    return restore<Game>(decode_snapshot(say("state").value()).value()).value();
  }

  std::vector<snapshot> checkpoints;
  session_actor session;
};

/// As a node of version 1 has saved it, in round 5.
game_v1 old_game() {
  game_v1 result = new_game("ABYZ", far_future_ms);
  while (result.round < 5) {
    for (const auto& [name, who] : result.players)
      take_turn(result, name, result.round, scripted_action(result, name).value());
    end_round(result, far_future_ms);
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(game_session)

BOOST_AUTO_TEST_CASE(an_old_game_goes_on_in_version_2_and_its_players_have_seen_what_is_around_them) {
  const auto old = old_game();
  const auto upgraded = restore<game>(make_snapshot(old).value(), game_upgrades());
  BOOST_REQUIRE(upgraded);
  BOOST_TEST((static_cast<const game_v1&>(*upgraded) == old));
  for (const auto& [name, who] : old.players) {
    const auto& seen = upgraded->explored.at(name);
    BOOST_TEST(seen.contains(who.position));
    for (const auto cell : cells_around(who.position))
      BOOST_TEST(seen.contains(cell) == is_open(old.world, cell));
  }
}

BOOST_AUTO_TEST_CASE(players_of_version_2_remember_what_they_have_seen) {
  auto g = new_game("ABYZ", far_future_ms);
  const auto before = g.explored.at("Theseus");
  BOOST_TEST(register_action(g, "Theseus", {action_kind::move, {2, -2}}));
  end_round(g, far_future_ms);
  const auto& after = g.explored.at("Theseus");
  BOOST_TEST(after.size() > before.size());
  BOOST_TEST(std::includes(after.begin(), after.end(), before.begin(), before.end()));
}

BOOST_AUTO_TEST_CASE(a_game_of_version_2_is_refused_by_version_1) {
  const auto refused = restore<game_v1>(make_snapshot(new_game("ABYZ", far_future_ms)).value());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error() == ec::newer_version));
}

BOOST_AUTO_TEST_CASE(the_kind_says_which_version_it_knows_and_saves_none_other) {
  BOOST_TEST(game_kind({1, round_time}).schema_version == 1u);
  BOOST_TEST(game_kind({2, round_time}).schema_version == 2u);
  for (const auto version : {1u, 2u}) {
    still_game session{version, version == 1 ? std::optional{make_snapshot(old_game()).value()} : std::nullopt};
    session.pass(round_time);
    BOOST_REQUIRE(session.checkpoints.size() == 1u);
    BOOST_TEST(session.checkpoints[0].schema_version == version);
    BOOST_TEST(session.ask<snapshot>(snapshot_atom_v).value().schema_version == version);
    BOOST_TEST(session.ask<snapshot>(stop_atom_v).value().schema_version == version);
  }
}

BOOST_AUTO_TEST_CASE(a_session_of_version_1_goes_on_with_a_game_of_version_1) {
  still_game session{1, make_snapshot(old_game()).value()};
  BOOST_TEST((session.now<game_v1>() == old_game()));
  BOOST_TEST(session.say("show").value().find("has seen") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_round_ends_when_its_time_is_up_and_is_checkpointed, still_game) {
  BOOST_TEST(now().round == 1u);
  for (std::uint64_t round = 2; round < 5; ++round) {
    pass(round_time);
    BOOST_TEST(now().round == round);
    BOOST_REQUIRE(checkpoints.size() == round - 1);
    BOOST_TEST((restore<game>(checkpoints.back()).value() == now()));
  }
}

BOOST_FIXTURE_TEST_CASE(a_timer_of_an_earlier_round_is_ignored, still_game) {
  pass(round_time);
  const auto before = now();
  anon_mail(tick_atom_v, std::uint64_t{1}).send(caf::actor_cast<caf::actor>(session));
  run();
  BOOST_TEST((now() == before));
  BOOST_TEST(checkpoints.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_action_is_answered_with_the_round_the_turn_before_and_the_epoch, still_game) {
  BOOST_TEST(say("act Theseus move 2 -2 4").value() == "round 1, after turn 0, in epoch 7");
  pass(round_time);
  BOOST_TEST((now().players.at("Theseus").position == hex{2, -2}));
  BOOST_TEST(say("act Theseus move 3 -3 5").value() == "round 2, after turn 4, in epoch 7");
  BOOST_TEST(say("act Minotaur move 1 0").value() == "round 2, after turn 0, in epoch 7");
}

BOOST_FIXTURE_TEST_CASE(a_turn_is_taken_up_once_and_not_after_a_later_one, still_game) {
  BOOST_TEST(bool{say("act Theseus move 2 -2 4")});
  BOOST_TEST(bool{say("act Theseus move 3 -2 5")});
  const auto before = now();
  BOOST_TEST(!say("act Theseus move 2 -2 3"));
  BOOST_TEST((now() == before));
  BOOST_TEST(!say("act Theseus move 2 -2 4"));
  BOOST_TEST((now().registered_actions == before.registered_actions));
  BOOST_TEST(now().turns.at("Theseus").repeats == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_the_rules_forbid_is_no_turn, still_game) {
  const auto before = now();
  for (const std::string message :
       {"act Theseus move 0 0 1", "act Nobody move 2 -2 1", "act Theseus attack 2 -2", "dance"})
    BOOST_TEST(!say(message), message);
  BOOST_TEST((now() == before));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::game_session_test
