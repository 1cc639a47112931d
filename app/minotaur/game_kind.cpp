#include "app/minotaur/game_kind.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/game_message.hpp"
#include "crdt/printable_text.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace ariadne::minotaur {

namespace {

using game_session_actor = session_actor::extend<
  // The round of this number is over, unless it has been for some time.
  takes<tick_atom, std::uint64_t>>;

/// `Game` is game_v1 or game.
template <class Game>
struct game_session_state {
  session_start start;
  std::chrono::milliseconds round_time{};
  Game played;
};

template <class Game>
using game_self = typename game_session_actor::template stateful_pointer<game_session_state<Game>>;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
    .count();
}

template <class Game>
void await_round_end(game_self<Game> self) {
  const auto& state = state_of(self);
  // The node that the game comes from may have another idea of the time.
  const std::chrono::milliseconds left{state.played.round_end_time_ms - now_ms()};
  mail(self, tick_atom_v, state.played.round)
    .delay(std::clamp(left, std::chrono::milliseconds{0}, state.round_time))
    .send(self);
}

template <class Game>
void next_round(game_self<Game> self) {
  auto& state = state_of(self);
  end_round(state.played, now_ms() + state.round_time.count());
  if (auto taken = make_snapshot(state.played))
    state.start.checkpoint(std::move(*taken));
  await_round_end<Game>(self);
}

template <class Game>
caf::result<std::string> answer(game_session_state<Game>& state, const show_request&) {
  return describe(state.played);
}

template <class Game>
caf::result<std::string> answer(game_session_state<Game>& state, const state_request&) {
  auto taken = make_snapshot(state.played);
  if (!taken)
    return std::move(taken.error());
  return encode_snapshot(*taken);
}

template <class Game>
caf::result<std::string> answer(game_session_state<Game>& state, const act_request& request) {
  auto& played = state.played;
  const auto before = played.turns.find(request.player);
  const act_receipt receipt{played.round, before == played.turns.end() ? 0 : before->second.last, state.start.epoch};
  const auto result = request.turn > 0 ? take_turn(played, request.player, request.turn, request.wanted)
                      : register_action(played, request.player, request.wanted) ? turn_result::taken
                                                                                : turn_result::forbidden;
  switch (result) {
    case turn_result::taken:
      return to_string(receipt);
    case turn_result::repeated:
      return make_error(
        ec::refused, fmt::format("{} has taken turn {} already", crdt::escaped_briefly(request.player), request.turn));
    case turn_result::stale:
      return make_error(
        ec::refused, fmt::format("turn {} of {} comes too late", request.turn, crdt::escaped_briefly(request.player)));
    case turn_result::forbidden:
      break;
  }
  return make_error(ec::refused, fmt::format("{} cannot {} there", crdt::escaped_briefly(request.player),
                                             request.wanted.kind == action_kind::move ? "move" : "attack"));
}

template <class Game>
caf::result<std::string> answer(game_session_state<Game>& state, const std::string& message) {
  const auto request = parse_game_request(message);
  if (!request)
    return make_error(ec::refused, "a game understands show, state, and act PLAYER move|attack Q R [TURN]");
  return std::visit([&](const auto& r) { return answer(state, r); }, *request);
}

template <class Game>
caf::result<snapshot> saved(const Game& played) {
  auto taken = make_snapshot(played);
  if (!taken)
    return std::move(taken.error());
  return std::move(*taken);
}

template <class Game>
game_session_actor::behavior_type game_session(game_self<Game> self, session_start start, std::optional<Game> played,
                                               std::chrono::milliseconds round_time) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.round_time = round_time;
  state.played = played ? std::move(*played) : Game{new_game(start.id, now_ms() + round_time.count())};
  state.start = std::move(start);
  await_round_end<Game>(self);
  return {
    [&state](deliver_atom, const std::string& message) { return answer(state, message); },
    [&state](snapshot_atom) { return saved(state.played); },
    [self, &state](stop_atom) {
      self->quit();
      return saved(state.played);
    },
    [self, &state](tick_atom, std::uint64_t round) {
      if (round == state.played.round)
        next_round<Game>(self);
    },
  };
}

template <class Game>
session_kind kind_of(std::chrono::milliseconds round_time, upgrade_registry upgrades) {
  return make_session_kind<Game>(
    [round_time](caf::actor_system& system, session_start start,
                 std::optional<Game> played) -> caf::expected<session_actor> {
      return caf::actor_cast<session_actor>(
        system.spawn(game_session<Game>, std::move(start), std::move(played), round_time));
    },
    std::move(upgrades));
}

} // namespace

upgrade_registry game_upgrades() {
  upgrade_registry result;
  result.add<game_v1, game>(upgrade);
  return result;
}

session_kind game_kind(const game_options& options) {
  return options.version == 1 ? kind_of<game_v1>(options.round_time, {})
                              : kind_of<game>(options.round_time, game_upgrades());
}

} // namespace ariadne::minotaur
