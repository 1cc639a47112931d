#include "app/minotaur/game_kind.hpp"

#include "actors/error.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/protocol.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace ariadne::minotaur {

namespace {

using game_session_actor = ariadne::session_actor::extend<
  // The round is over, unless it has been for some time.
  takes<round_atom, std::uint64_t>>;

struct game_session_state {
  session_start start;
  std::chrono::milliseconds round_time{};
  game played;
};

using game_self = game_session_actor::stateful_pointer<game_session_state>;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
    .count();
}

void await_round_end(game_self self) {
  const auto& state = self->state;
  // The node that the game comes from may have another idea of the time.
  const std::chrono::milliseconds left{state.played.round_end_time_ms - now_ms()};
  self->delayed_send(self, std::clamp(left, std::chrono::milliseconds{0}, state.round_time), round_atom_v,
                     state.played.round);
}

void next_round(game_self self) {
  auto& state = self->state;
  end_round(state.played, now_ms() + state.round_time.count());
  if (auto taken = make_snapshot(state.played))
    state.start.checkpoint(std::move(*taken));
  await_round_end(self);
}

caf::result<std::string> act(game& played, std::istringstream& words) {
  std::string player;
  std::string kind;
  action wanted;
  words >> player >> kind >> wanted.target.q >> wanted.target.r;
  if (!words || (kind != "move" && kind != "attack") || (words >> std::ws, !words.eof()))
    return make_error(ec::refused, "an action is: act PLAYER move|attack Q R");
  wanted.kind = kind == "move" ? action_kind::move : action_kind::attack;
  if (!register_action(played, player, wanted))
    return make_error(ec::refused, fmt::format("{} cannot {} there", player, kind));
  return std::to_string(played.round);
}

caf::result<std::string> answer(game& played, const std::string& message) {
  std::istringstream words{message};
  std::string what;
  words >> what;
  if (what == "show")
    return describe(played);
  if (what == "act")
    return act(played, words);
  return make_error(ec::refused, "a game understands show and act");
}

caf::result<snapshot> saved(const game& played) {
  auto taken = make_snapshot(played);
  if (!taken)
    return std::move(taken.error());
  return std::move(*taken);
}

game_session_actor::behavior_type game_session(game_self self, session_start start, std::optional<game> played,
                                               std::chrono::milliseconds round_time) {
  auto& state = self->state;
  state.round_time = round_time;
  state.played = played ? std::move(*played) : new_game(start.id, now_ms() + round_time.count());
  state.start = std::move(start);
  await_round_end(self);
  return {
    [&state](deliver_atom, const std::string& message) { return answer(state.played, message); },
    [&state](snapshot_atom) { return saved(state.played); },
    [self, &state](ariadne::stop_atom) {
      self->quit();
      return saved(state.played);
    },
    [self, &state](round_atom, std::uint64_t round) {
      if (round == state.played.round)
        next_round(self);
    },
  };
}

} // namespace

session_kind game_kind(std::chrono::milliseconds round_time) {
  return make_session_kind<game>([round_time](caf::actor_system& system, session_start start,
                                              std::optional<game> played) -> caf::expected<ariadne::session_actor> {
    return caf::actor_cast<ariadne::session_actor>(
      system.spawn(game_session, std::move(start), std::move(played), round_time));
  });
}

} // namespace ariadne::minotaur
