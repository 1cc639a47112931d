#pragma once

#include "actors/asking.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/snapshot.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

// What an actor asks of the handoff of its node, one line each:
//
//     stash(self, "game_7", game, {.concern = concern::majority})
//       .then([](const receipt&) { ... }, [](const caf::error& error) { ... });
//     pickup<game>(self, "game_7")
//       .then([](const found<game>& it) { ... }, [](absent) { ... }, [](pending) { ... },
//             [](const caf::error& error) { ... });
//
// `self` is an event-based actor (by its pointer), a blocking one, or a scoped_actor; a blocking one uses `receive` or
// `get` instead of `then`. Which handoff: the one that is registered on its node, or `handoff` in the options, as a
// client of another node needs.

namespace ariadne {

/// How many nodes have to hold a write: see write_concern.
namespace concern {
inline constexpr write_concern one{concern_level::one, 0};
inline constexpr write_concern local{concern_level::local, 0};
inline constexpr write_concern majority{concern_level::majority, 0};
inline constexpr write_concern all{concern_level::all, 0};
/// So many, this node among them.
constexpr write_concern nodes(std::uint32_t count) {
  return {concern_level::count, count};
}
/// The same, and on the disk of each: `durable(majority)`.
constexpr write_concern durable(write_concern concern) {
  concern.durable = true;
  return concern;
}
} // namespace concern

struct stash_options {
  write_concern concern = ariadne::concern::one;
  /// How long to wait for the concern to be met. Later, the state stays stashed all the same.
  std::chrono::milliseconds timeout{5'000};
  /// After how long nobody reads the state any more; 0 for never.
  std::chrono::milliseconds time_to_live{0};
  state_handoff_actor handoff = {};
};

struct pickup_options {
  /// How long to wait for the key, if it is not there.
  std::chrono::milliseconds wait{0};
  /// Whether to stop as soon as it is certain that nobody has stashed it.
  wait_end until = wait_end::arrival;
  /// How long the handoff may take besides.
  std::chrono::milliseconds timeout{5'000};
  /// How states of older versions are read. Has to live until there is an answer.
  const upgrade_registry* upgrades = nullptr;
  state_handoff_actor handoff = {};
};

struct discard_options {
  std::chrono::milliseconds timeout{5'000};
  state_handoff_actor handoff = {};
};

struct watch_options {
  std::chrono::milliseconds timeout{5'000};
  state_handoff_actor handoff = {};
};

/// There is a state under the key, which this event has stashed.
template <class State>
struct found {
  State state;
  event_id event;
};
/// There is nothing under the key, and no node that this one knows can hold it.
struct absent {};
/// There is nothing here, but a node that this one has not caught up with may hold it.
struct pending {};

template <class State>
using picked_up = std::variant<found<State>, absent, pending>;

/// What was under the key has been forgotten.
struct discarded {};
/// Something else than the event stands under the key, by this event, and has been left there.
struct replaced {
  event_id by;
};

/// Whoever has asked is told from now on.
struct watching {};

namespace detail {

/// The actor that is asked: `given`, or the handoff actor that is registered in the system.
caf::actor handoff_of(caf::actor_system& system, const state_handoff_actor& given);
caf::message stash_message(std::string key, snapshot state, const stash_options& options);
caf::message pickup_message(std::string key, const pickup_options& options, bool takes);
caf::message discard_message(std::string key);
caf::message discard_message(std::string key, event_id event);
caf::message watch_message(std::string prefix, const caf::strong_actor_ptr& watcher);
std::variant<discarded, replaced, absent> to_outcome(const discard_receipt& receipt);
/// 0 if it is negative.
std::uint64_t to_ms(std::chrono::milliseconds time);
/// How much longer the one who asks waits than the one who answers.
inline constexpr std::chrono::milliseconds answer_grace{1'000};

template <class State>
caf::expected<snapshot> to_snapshot(const State& state) {
  if constexpr (std::same_as<State, snapshot>)
    return state;
  else
    return make_snapshot(state);
}

template <class State>
caf::expected<picked_up<State>> to_picked_up(pickup_result& answer, const upgrade_registry* upgrades) {
  switch (answer.outcome) {
    case pickup_outcome::absent:
      return picked_up<State>{absent{}};
    case pickup_outcome::pending:
      return picked_up<State>{pending{}};
    case pickup_outcome::found:
      break;
  }
  if constexpr (std::same_as<State, snapshot>) {
    return picked_up<State>{found<State>{std::move(answer.state), answer.event}};
  } else {
    auto state = restore<State>(answer.state, upgrades ? *upgrades : upgrade_registry{});
    if (!state)
      return std::move(state.error());
    return picked_up<State>{found<State>{std::move(*state), answer.event}};
  }
}

template <class State, class Self>
auto ask_for_state(Self* self, std::string key, const pickup_options& options, bool takes) {
  using asked = question<Self, picked_up<State>, result_form::alternatives, pickup_result>;
  return asked{
    {.self = self,
     .whom = handoff_of(self->home_system(), options.handoff),
     .limit = options.wait + options.timeout,
     .message = pickup_message(std::move(key), options, takes),
     .problem = {},
     .read = [upgrades = options.upgrades](pickup_result& answer) { return to_picked_up<State>(answer, upgrades); }}};
}

} // namespace detail

/// Keeps the state under the key. Comes to a `receipt` once the concern is met. Errors: `key_empty`, `key_too_long`,
/// `key_reserved`, `value_too_long`, `map_full`, `draining`, `too_few_journals`, `too_few_holders` (it stays stashed
/// then), and what the type's `inspect` says.
template <class Self, class State>
auto stash(Self&& self, std::string key, const State& state, const stash_options& options = {}) {
  auto* actor = detail::actor_behind(self);
  using asking = std::remove_pointer_t<decltype(actor)>;
  using asked = question<asking, receipt, detail::result_form::value, receipt>;
  auto made = detail::to_snapshot(state);
  const auto problem = made ? caf::error{} : made.error();
  return asked{{.self = actor,
                .whom = detail::handoff_of(actor->home_system(), options.handoff),
                .limit = options.timeout + detail::answer_grace,
                .message = detail::stash_message(std::move(key), made ? std::move(*made) : snapshot{}, options),
                .problem = problem,
                .read = [](receipt& answer) -> caf::expected<receipt> { return std::move(answer); }}};
}

/// Reads the state under the key and leaves it there. Comes to `found<State>`, `absent` or `pending`. Errors: those of
/// `restore`, and of the key. `State` may be `snapshot`, which is any.
template <class State, class Self>
auto pickup(Self&& self, std::string key, const pickup_options& options = {}) {
  return detail::ask_for_state<State>(detail::actor_behind(self), std::move(key), options, false);
}

/// The same, and discards it as the answer goes out: whoever ends before it has handled the answer has lost the state.
/// Two nodes that do so at the same time may both get it. A state that cannot be restored is gone as well: where
/// versions differ, `pickup` it, and `discard` its event.
template <class State, class Self>
auto take(Self&& self, std::string key, const pickup_options& options = {}) {
  return detail::ask_for_state<State>(detail::actor_behind(self), std::move(key), options, true);
}

/// Forgets the state under the key. Comes to `discarded` or `absent`.
template <class Self>
auto discard(Self&& self, std::string key, const discard_options& options = {}) {
  using outcome = std::variant<discarded, absent>;
  auto* actor = detail::actor_behind(self);
  using asked = question<std::remove_pointer_t<decltype(actor)>, outcome, detail::result_form::alternatives, bool>;
  return asked{{.self = actor,
                .whom = detail::handoff_of(actor->home_system(), options.handoff),
                .limit = options.timeout,
                .message = detail::discard_message(std::move(key)),
                .problem = {},
                .read = [](bool& was_there) -> caf::expected<outcome> {
                  return was_there ? outcome{discarded{}} : outcome{absent{}};
                }}};
}

/// Forgets what this event has stashed under the key, and nothing else. Comes to `discarded`, `replaced` or `absent`.
template <class Self>
auto discard(Self&& self, std::string key, const event_id& event, const discard_options& options = {}) {
  using outcome = std::variant<discarded, replaced, absent>;
  auto* actor = detail::actor_behind(self);
  using asked =
    question<std::remove_pointer_t<decltype(actor)>, outcome, detail::result_form::alternatives, discard_receipt>;
  return asked{{.self = actor,
                .whom = detail::handoff_of(actor->home_system(), options.handoff),
                .limit = options.timeout,
                .message = detail::discard_message(std::move(key), event),
                .problem = {},
                .read = [](discard_receipt& answer) -> caf::expected<outcome> { return detail::to_outcome(answer); }}};
}

/// Has `self` told, by messages of the type `handoff_events`, of what changes under keys that start with the prefix; it
/// has to have a handler of these. Comes to `watching`. The watch ends with `self`, or with the handoff pair; when the
/// supervisor has started another one, ask again.
template <class Self>
auto watch(Self&& self, std::string prefix, const watch_options& options = {}) {
  auto* actor = detail::actor_behind(self);
  using asking = std::remove_pointer_t<decltype(actor)>;
  using asked = question<asking, watching, detail::result_form::value, std::tuple<>>;
  return asked{{.self = actor,
                .whom = detail::handoff_of(actor->home_system(), options.handoff),
                .limit = options.timeout,
                .message = detail::watch_message(std::move(prefix), caf::strong_actor_ptr{actor->ctrl()}),
                .problem = {},
                .read = [](std::tuple<>&) -> caf::expected<watching> { return watching{}; }}};
}

} // namespace ariadne
