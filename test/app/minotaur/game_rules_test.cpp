#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/game.hpp"
#include "app/minotaur/host.hpp"
#include "app/minotaur/session.hpp"
#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <limits>
#include <map>
#include <memory>
#include <set>

namespace ariadne::minotaur {

namespace {

using namespace std::chrono_literals;

constexpr auto round_time = 1000ms;
constexpr auto timeout = 5000ms;
constexpr std::int64_t far_future_ms = 4'102'444'800'000;

/// What the stand-in for the handoff actor keeps, and how it behaves.
struct handoff_double {
  std::map<std::string, snapshot> states;
  bool caught_up = true;
  bool draining = false;
};

caf::behavior handoff(caf::event_based_actor*, std::shared_ptr<handoff_double> state) {
  return {
    [state](stash_atom, const std::string& key, const snapshot& value) -> caf::result<receipt> {
      if (state->draining)
        return make_error(ec::draining);
      state->states.insert_or_assign(key, value);
      return receipt{};
    },
    [state](pickup_atom, const std::string& key) {
      pickup_result answer;
      if (const auto found = state->states.find(key); found != state->states.end())
        answer = {pickup_outcome::found, found->second, {}};
      else if (!state->caught_up)
        answer.outcome = pickup_outcome::pending;
      return answer;
    },
  };
}

/// A host of games beside a stand-in for the handoff actor, where time stands still.
class still_world : public test::deterministic_system {
public:
  ~still_world() {
    for (const auto& session : sessions_)
      caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(handoff_, caf::exit_reason::user_shutdown);
    run();
  }

  session_actor spawn(const std::string& id, if_absent absent = if_absent::begin) {
    return sessions_.emplace_back(spawn_session(system(), {.game_id = id,
                                                           .round_time = round_time,
                                                           .absent = absent,
                                                           .timeout = timeout,
                                                           .handoff = provider_,
                                                           .log = log_nothing}));
  }

  template <class Answer = game, class Handle, class... Arguments>
  caf::expected<Answer> ask(const Handle& whom, Arguments... arguments) {
    return answer_to<Answer>(request(whom, std::move(arguments)...));
  }

  std::shared_ptr<handoff_double> node = std::make_shared<handoff_double>();
  bool restarting = false;

private:
  caf::actor handoff_ = system().spawn(handoff, node);
  std::function<state_handoff_actor()> provider_ = [this] {
    return restarting ? state_handoff_actor{} : caf::actor_cast<state_handoff_actor>(handoff_);
  };
  std::vector<session_actor> sessions_;

public:
  host_actor host =
    spawn_host(system(), {.round_time = round_time, .timeout = timeout, .handoff = provider_, .log = log_nothing});
};

game some_game(std::uint64_t round) {
  auto g = new_game("ABYZ", far_future_ms);
  while (g.round < round) {
    for (const auto& [name, who] : g.players)
      register_action(g, name, scripted_action(g, name).value());
    end_round(g, far_future_ms);
  }
  return g;
}

game default_game() {
  game g;
  g.id = "ABYZ";
  return g;
}

game two_players(hex first, hex second) {
  game g;
  g.world = {.radius = 3, .walls = {{0, 1}}};
  g.players = {{"Ann", {.position = first}}, {"Ben", {.position = second}}};
  return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(game_rules)

BOOST_AUTO_TEST_CASE(a_default_game_has_not_begun) {
  const auto g = default_game();
  BOOST_TEST(g.round == 0u);
  BOOST_TEST(g.round_end_time_ms == 0);
  BOOST_TEST(g.players.empty());
  BOOST_TEST(g.registered_actions.empty());
}

BOOST_AUTO_TEST_CASE(a_game_comes_back_equal_from_its_snapshot) {
  auto g = some_game(5);
  register_action(g, "Ariadne", scripted_action(g, "Ariadne").value());
  for (const auto& original : {default_game(), g}) {
    const auto stashed = make_snapshot(original);
    BOOST_REQUIRE(stashed);
    const auto restored = restore<game>(*stashed);
    BOOST_REQUIRE(restored);
    BOOST_TEST((*restored == original));
  }
}

BOOST_AUTO_TEST_CASE(a_cell_is_one_step_from_the_six_cells_around_it) {
  const hex centre{2, -1};
  std::set<hex> distinct;
  for (const auto cell : cells_around(centre)) {
    BOOST_TEST(distance(centre, cell) == 1);
    distinct.insert(cell);
  }
  BOOST_TEST(distinct.size() == 6u);
  BOOST_TEST(distance({3, -3}, {-3, 3}) == 6);
  constexpr auto far = std::numeric_limits<std::int32_t>::min();
  BOOST_TEST(distance(centre, {far, far}) == std::numeric_limits<std::int32_t>::max());
}

BOOST_AUTO_TEST_CASE(a_player_moves_at_the_end_of_the_round) {
  auto g = two_players({0, 0}, {3, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  BOOST_TEST((g.players.at("Ann").position == hex{0, 0}));
  end_round(g, 1234);
  BOOST_TEST((g.players.at("Ann").position == hex{1, 0}));
  BOOST_TEST(g.round == 1u);
  BOOST_TEST(g.round_end_time_ms == 1234);
  BOOST_TEST(g.registered_actions.empty());
}

BOOST_AUTO_TEST_CASE(the_rules_forbid_leaps_walls_leaving_the_world_blows_at_nobody_and_strangers) {
  auto g = two_players({0, 0}, {3, 0});
  const auto before = g;
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {2, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {0, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::move, {0, 1}}));
  BOOST_TEST(!register_action(g, "Ben", {action_kind::move, {4, 0}}));
  BOOST_TEST(!register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(!register_action(g, "Eve", {action_kind::move, {1, 0}}));
  BOOST_TEST((g == before));
}

BOOST_AUTO_TEST_CASE(a_later_action_of_a_player_replaces_the_earlier_one) {
  auto g = two_players({0, 0}, {3, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {-1, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann").position == hex{-1, 0}));
}

BOOST_AUTO_TEST_CASE(the_first_by_name_enters_a_cell_that_two_want) {
  auto g = two_players({0, 0}, {2, 0});
  BOOST_TEST(register_action(g, "Ben", {action_kind::move, {1, 0}}));
  BOOST_TEST(register_action(g, "Ann", {action_kind::move, {1, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann").position == hex{1, 0}));
  BOOST_TEST((g.players.at("Ben").position == hex{2, 0}));
}

BOOST_AUTO_TEST_CASE(an_attack_strikes_before_its_victim_moves_away) {
  auto g = two_players({0, 0}, {1, 0});
  BOOST_TEST(register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(register_action(g, "Ben", {action_kind::move, {2, 0}}));
  end_round(g, 0);
  BOOST_TEST(g.players.at("Ben").health == full_health - 1);
  BOOST_TEST((g.players.at("Ben").position == hex{2, 0}));
}

BOOST_AUTO_TEST_CASE(a_defeated_player_strikes_back_and_wakes_up_on_the_first_free_cell) {
  auto g = two_players({0, 0}, {1, 0});
  g.players.at("Ann").health = 1;
  BOOST_TEST(register_action(g, "Ann", {action_kind::attack, {1, 0}}));
  BOOST_TEST(register_action(g, "Ben", {action_kind::attack, {0, 0}}));
  end_round(g, 0);
  BOOST_TEST((g.players.at("Ann") == player{.position = {-3, 0}, .health = full_health, .defeats = 1}));
  BOOST_TEST((g.players.at("Ben") == player{.position = {1, 0}, .health = full_health - 1, .defeats = 0}));
}

BOOST_AUTO_TEST_CASE(the_same_actions_lead_to_the_same_game) {
  BOOST_TEST((some_game(100) == some_game(100)));
}

BOOST_AUTO_TEST_CASE(scripted_players_keep_to_the_rules_and_to_cells_of_their_own) {
  for (const auto round : {2u, 10u, 50u, 200u}) {
    const auto g = some_game(round);
    std::set<hex> taken;
    for (const auto& [name, who] : g.players) {
      BOOST_TEST(is_open(g.world, who.position));
      BOOST_TEST(taken.insert(who.position).second);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_session_begins_a_game_that_nobody_has_stashed, still_world) {
  const auto begun = ask(spawn("ABYZ"), start_atom_v);
  BOOST_REQUIRE(begun);
  BOOST_TEST(begun->id == "ABYZ");
  BOOST_TEST(begun->round == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_session_plays_rounds_by_itself, still_world) {
  const auto session = spawn("ABYZ");
  BOOST_REQUIRE(ask(session, start_atom_v));
  for (auto round = 1u; round < 5u; ++round) {
    const auto shown = ask(session, show_atom_v);
    BOOST_REQUIRE(shown);
    BOOST_TEST(shown->round == round);
    BOOST_TEST(shown->registered_actions.size() == shown->players.size());
    pass(round_time);
  }
}

BOOST_FIXTURE_TEST_CASE(a_player_registers_an_action_instead_of_the_scripted_one, still_world) {
  const auto session = spawn("ABYZ");
  BOOST_REQUIRE(ask(session, start_atom_v));
  const action away{action_kind::move, {-1, 3}};
  BOOST_TEST(ask<bool>(session, act_atom_v, std::string{"Ariadne"}, away).value());
  BOOST_TEST(!ask<bool>(session, act_atom_v, std::string{"Nobody"}, away).value());
  BOOST_TEST((ask(session, show_atom_v)->registered_actions.at("Ariadne") == away));
}

BOOST_FIXTURE_TEST_CASE(a_timer_of_an_earlier_round_is_ignored, still_world) {
  const auto session = spawn("ABYZ");
  BOOST_REQUIRE(ask(session, start_atom_v));
  pass(round_time);
  const auto before = ask(session, show_atom_v);
  anon_mail(round_atom_v, std::uint64_t{1}).send(caf::actor_cast<caf::actor>(session));
  run();
  BOOST_TEST((ask(session, show_atom_v).value() == before.value()));
}

BOOST_FIXTURE_TEST_CASE(a_session_that_stops_stashes_its_game_and_another_one_goes_on_with_it, still_world) {
  const auto first = spawn("ABYZ");
  BOOST_REQUIRE(ask(first, start_atom_v));
  pass(round_time);
  pass(round_time);
  const auto stopped = ask(first, stop_atom_v);
  BOOST_REQUIRE(stopped);
  BOOST_TEST(stopped->round == 3u);
  BOOST_TEST((restore<game>(node->states.at("game_ABYZ")).value() == *stopped));
  BOOST_TEST(!ask(first, show_atom_v));

  const auto resumed = ask(spawn("ABYZ", if_absent::refuse), start_atom_v);
  BOOST_REQUIRE(resumed);
  BOOST_TEST((*resumed == *stopped));
}

BOOST_FIXTURE_TEST_CASE(a_session_refuses_to_resume_what_nobody_has_stashed, still_world) {
  const auto session = spawn("ABYZ", if_absent::refuse);
  const auto refused = ask(session, start_atom_v);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error() == ec::refused));
  BOOST_TEST(!ask(session, show_atom_v));
}

BOOST_FIXTURE_TEST_CASE(a_session_waits_until_its_node_has_caught_up, still_world) {
  node->caught_up = false;
  auto started = request(spawn("ABYZ"), start_atom_v);
  pass(timeout / 2);
  BOOST_TEST(unanswered());
  node->states.emplace("game_ABYZ", make_snapshot(some_game(7)).value());
  pass(100ms);
  BOOST_TEST(answer_to<game>(std::move(started))->round == 7u);
}

BOOST_FIXTURE_TEST_CASE(a_session_gives_up_if_its_node_does_not_catch_up, still_world) {
  node->caught_up = false;
  auto started = request(spawn("ABYZ"), start_atom_v);
  for (auto waited = 0ms; waited <= timeout; waited += 100ms)
    pass(100ms);
  BOOST_TEST((answer_to<game>(std::move(started)).error() == ec::refused));
}

BOOST_FIXTURE_TEST_CASE(a_session_waits_for_a_handoff_actor_that_is_being_restarted, still_world) {
  restarting = true;
  const auto session = spawn("ABYZ");
  auto started = request(session, start_atom_v);
  BOOST_TEST(unanswered());
  restarting = false;
  pass(100ms);
  BOOST_TEST(answer_to<game>(std::move(started)).value().round == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_game_that_cannot_be_stashed_goes_on, still_world) {
  const auto session = spawn("ABYZ");
  BOOST_REQUIRE(ask(session, start_atom_v));
  node->draining = true;
  BOOST_TEST((ask(session, stop_atom_v).error() == ec::draining));
  pass(round_time);
  BOOST_TEST(ask(session, show_atom_v).value().round == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_host_plays_a_game_once_and_lets_it_go, still_world) {
  const std::string id = "ABYZ";
  BOOST_TEST((ask(host, show_atom_v, id).error() == ec::refused));
  BOOST_TEST((ask(host, resume_atom_v, id).error() == ec::refused));
  BOOST_TEST(ask(host, start_atom_v, id).value().round == 1u);
  BOOST_TEST((ask(host, start_atom_v, id).error() == ec::refused));
  pass(round_time);
  BOOST_TEST(ask(host, show_atom_v, id).value().round == 2u);
  BOOST_TEST(ask(host, stop_atom_v, id).value().round == 2u);
  BOOST_TEST((ask(host, show_atom_v, id).error() == ec::refused));
  BOOST_TEST(ask(host, resume_atom_v, id).value().round == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_host_stops_all_games_and_starts_no_more, still_world) {
  BOOST_REQUIRE(ask(host, start_atom_v, std::string{"ABYZ"}));
  BOOST_REQUIRE(ask(host, start_atom_v, std::string{"KNOS"}));
  BOOST_TEST(ask<std::vector<leftover>>(host, drain_atom_v).value().empty());
  BOOST_TEST(node->states.contains("game_ABYZ"));
  BOOST_TEST(node->states.contains("game_KNOS"));
  BOOST_TEST((ask(host, start_atom_v, std::string{"ABYZ"}).error() == ec::draining));
}

BOOST_FIXTURE_TEST_CASE(a_host_names_the_games_that_it_could_not_stash, still_world) {
  BOOST_REQUIRE(ask(host, start_atom_v, std::string{"ABYZ"}));
  node->draining = true;
  const auto not_stashed = ask<std::vector<leftover>>(host, drain_atom_v).value();
  BOOST_REQUIRE(not_stashed.size() == 1u);
  BOOST_TEST(not_stashed[0].key == "game_ABYZ");
  BOOST_TEST(not_stashed[0].reason != "");
}

BOOST_FIXTURE_TEST_CASE(a_host_ends_its_sessions_with_itself, still_world) {
  BOOST_REQUIRE(ask(host, start_atom_v, std::string{"ABYZ"}));
  const auto before = system().registry().running();
  caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(system().registry().running() == before - 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::minotaur
