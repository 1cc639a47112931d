#include "app/minotaur/session.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/snapshot.hpp"
#include "app/minotaur/game_kind.hpp"
#include "crdt/printable_text.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ariadne::minotaur {

namespace {

using namespace std::chrono_literals;

constexpr auto retry_interval = 50ms;

using session_base = session_actor::extend<
  // The round is over, unless it has been for some time.
  takes<round_atom, std::uint64_t>,
  // Time to ask the handoff actor again.
  takes<retry_atom>>;

enum class phase { idle, picking_up, playing, stashing };

struct session_state {
  session_options options;
  phase current = phase::idle;
  game played;
  /// Who waits for the end of the start or stop that is under way, and until when it is tried.
  std::vector<caf::typed_response_promise<game>> waiting;
  caf::actor_clock::time_point deadline;
};

using session_self = session_base::stateful_pointer<session_state>;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
    .count();
}

caf::error refusal(const session_state& state, std::string_view reason) {
  return make_error(ec::refused, fmt::format("game {} {}", crdt::escaped_briefly(state.options.game_id), reason));
}

/// Whether the same request may succeed in a moment: the handoff actor is being restarted.
bool is_transient(const caf::error& reason) {
  return reason == ec::replica_restarting || reason == caf::sec::request_receiver_down || ariadne::is_dropped(reason)
         || reason == caf::sec::request_timeout;
}

void play(session_self self) {
  auto& state = state_of(self);
  state.current = phase::playing;
  for (const auto& [name, who] : state.played.players)
    if (!state.played.registered_actions.contains(name))
      if (const auto wanted = scripted_action(state.played, name))
        register_action(state.played, name, *wanted);
  // The node that stashed the game may have another idea of the time.
  const std::chrono::milliseconds left{state.played.round_end_time_ms - now_ms()};
  mail(self, round_atom_v, state.played.round).delay(std::clamp(left, 0ms, state.options.round_time)).send(self);
}

void next_round(session_self self) {
  auto& state = state_of(self);
  end_round(state.played, now_ms() + state.options.round_time.count());
  play(self);
}

void succeed(session_self self) {
  for (auto& promise : std::exchange(state_of(self).waiting, {}))
    promise.deliver(state_of(self).played);
}

void fail(session_self self, const caf::error& reason) {
  for (auto& promise : std::exchange(state_of(self).waiting, {}))
    promise.deliver(reason);
  if (state_of(self).current == phase::stashing)
    play(self);
  else
    self->quit();
}

void retry_or_fail(session_self self, const caf::error& reason) {
  if (self->clock().now() < state_of(self).deadline)
    mail(self, retry_atom_v).delay(retry_interval).send(self);
  else
    fail(self, reason);
}

void handle_error(session_self self, const caf::error& reason) {
  if (is_transient(reason))
    retry_or_fail(self, reason);
  else
    fail(self, reason);
}

void begin_play(session_self self, game started, std::string_view what) {
  auto& state = state_of(self);
  state.played = std::move(started);
  play(self);
  state.options.log(log_level::info, fmt::format("game {} {} round {}", crdt::escaped_briefly(state.played.id), what,
                                                 state.played.round));
  succeed(self);
}

void go_on(session_self self, const snapshot& stashed) {
  if (auto restored = restore<game>(stashed, game_upgrades()))
    begin_play(self, std::move(*restored), "goes on at");
  else
    fail(self, restored.error());
}

void begin(session_self self) {
  const auto& options = state_of(self).options;
  if (options.absent == if_absent::begin)
    begin_play(self, new_game(options.game_id, now_ms() + options.round_time.count()), "begins at");
  else
    fail(self, refusal(state_of(self), "is not known: nobody has stashed it"));
}

void handle_pickup(session_self self, const pickup_result& answer) {
  switch (answer.outcome) {
    case pickup_outcome::found:
      return go_on(self, answer.state);
    case pickup_outcome::absent:
      return begin(self);
    case pickup_outcome::pending:
      return retry_or_fail(self,
                           refusal(state_of(self), "may be known to nodes that this node has not caught up with"));
  }
}

void handle_stashed(session_self self) {
  const auto& state = state_of(self);
  state.options.log(log_level::info, fmt::format("game {} stashed at round {}", crdt::escaped_briefly(state.played.id),
                                                 state.played.round));
  succeed(self);
  self->quit();
}

void pick_up(session_self self, const state_handoff_actor& handoff) {
  const auto& options = state_of(self).options;
  mail(self, pickup_atom_v, stash_key(options.game_id))
    .request(handoff, options.timeout)
    .then([self](const pickup_result& answer) { handle_pickup(self, answer); },
          [self](const caf::error& reason) { handle_error(self, reason); });
}

void stash(session_self self, const state_handoff_actor& handoff) {
  const auto& state = state_of(self);
  auto taken = make_snapshot(state.played);
  if (!taken)
    return fail(self, taken.error());
  mail(self, stash_atom_v, stash_key(state.options.game_id), std::move(*taken))
    .request(handoff, state.options.timeout)
    .then([self](const receipt&) { handle_stashed(self); },
          [self](const caf::error& reason) { handle_error(self, reason); });
}

void attempt(session_self self) {
  if (const auto handoff = state_of(self).options.handoff(); !handoff)
    retry_or_fail(self, make_error(ec::replica_restarting));
  else if (state_of(self).current == phase::picking_up)
    pick_up(self, handoff);
  else
    stash(self, handoff);
}

caf::result<game> attempt_as(session_self self, phase next) {
  auto& state = state_of(self);
  state.current = next;
  state.deadline = self->clock().now() + state.options.timeout;
  state.waiting.push_back(self->make_response_promise<game>());
  auto promise = state.waiting.back();
  attempt(self);
  return promise;
}

caf::result<game> start(session_self self) {
  if (state_of(self).current != phase::idle)
    return refusal(state_of(self), "has been started already");
  return attempt_as(self, phase::picking_up);
}

caf::result<game> show(session_self self) {
  if (state_of(self).current == phase::idle || state_of(self).current == phase::picking_up)
    return refusal(state_of(self), "has not begun here yet");
  return state_of(self).played;
}

caf::result<game> stop(session_self self) {
  auto& state = state_of(self);
  if (state.current == phase::playing)
    return attempt_as(self, phase::stashing);
  if (state.current != phase::stashing)
    return refusal(state, "has not begun here yet");
  state.waiting.push_back(self->make_response_promise<game>());
  return state.waiting.back();
}

session_base::behavior_type session(session_self self, session_options options) {
  state_of(self).options = std::move(options);
  return {
    [self](start_atom) { return start(self); },
    [self](show_atom) { return show(self); },
    [self](act_atom, const std::string& player_name, action wanted) {
      return state_of(self).current == phase::playing && register_action(state_of(self).played, player_name, wanted);
    },
    [self](stop_atom) { return stop(self); },
    [self](round_atom, std::uint64_t round) {
      if (state_of(self).current == phase::playing && round == state_of(self).played.round)
        next_round(self);
    },
    [self](retry_atom) { attempt(self); },
  };
}

} // namespace

session_actor spawn_session(caf::actor_system& sys, session_options options) {
  return sys.spawn(session, std::move(options));
}

} // namespace ariadne::minotaur
