#pragma once

#include "actors/session_host.hpp"
#include "actors/session_ref.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// Sessions of which only the state and the behavior are written:
//
//     match_actor::behavior_type run_match(session_of<match> match) {
//       return {[match](play_atom, const std::string& move) {
//         ++match->moves;
//         return *match;
//       }};
//     }
//
//     hosting.kinds["match"] = session_kind_of<match_actor, match>(run_match);
//
// Starting from a saved state, saving it, moving and ending are the library's.

namespace ariadne {

namespace detail {

/// What the library knows of a session's actor. It lives as long as that and its handlers.
struct hosted_session {
  virtual ~hosted_session() = default;
  /// The state as it is now.
  virtual caf::expected<snapshot> save() const = 0;

  caf::event_based_actor* self = nullptr;
  session_start start;
};

template <class State>
struct hosted_session_with : hosted_session {
  caf::expected<snapshot> save() const override {
    return make_snapshot(state);
  }

  State state{};
};

/// The actor, with what it does besides answering `snapshot_atom` and `stop_atom`.
session_actor spawn_hosted(caf::actor_system& system, std::shared_ptr<hosted_session> session,
                           std::function<caf::behavior()> begin);

/// Makes a checkpoint, as the session asks for it.
void save_now(const hosted_session& session);

} // namespace detail

/// A session that runs, for the handlers of its behavior, which are copied one and all. Points to its state.
template <class State>
class session_of {
public:
  explicit session_of(std::shared_ptr<detail::hosted_session_with<State>> session) : session_(std::move(session)) {}

  State& operator*() const {
    return session_->state;
  }
  State* operator->() const {
    return &session_->state;
  }

  const std::string& kind() const {
    return session_->start.kind;
  }
  const std::string& id() const {
    return session_->start.id;
  }
  /// See session_start.
  std::uint64_t epoch() const {
    return session_->start.epoch;
  }
  /// Its actor: to send messages, to other sessions as well, and to be told of times.
  caf::event_based_actor* self() const {
    return session_->self;
  }

  /// Makes a checkpoint of the state, whatever the kind's policy is.
  void save() const {
    detail::save_now(*session_);
  }
  /// Its work is done: it ends once it has handled this message, and is gone.
  void finish() const {
    session_->self->quit();
  }

private:
  std::shared_ptr<detail::hosted_session_with<State>> session_;
};

template <class State>
struct session_kind_options {
  checkpoint_policy checkpoints = save_after_each_message();
  /// How states of older versions are read, and written for nodes that know no newer one.
  upgrade_registry upgrades = {};
  /// Makes one state of two, if a session has run in two parts of a divided network; if it is not set, the winner's
  /// stays.
  std::function<State(const State& winner, const State& loser)> resolve = {};
};

/// A kind of sessions with this interface and state: `begin(session_of<State>)` is called in the actor of each, and
/// returns its behavior. The state is the saved one, or `State{}`.
///
/// The actor takes the messages of `Interface` by a session_ref, and, like any actor, those that are sent to it by
/// others that it has told of itself. An exception ends it; it starts again from its last checkpoint.
template <class Interface, class State, class Begin>
session_kind session_kind_of(Begin begin, session_kind_options<State> options = {}) {
  static_assert(std::is_invocable_r_v<typename Interface::behavior_type, Begin&, session_of<State>>,
                "a session begins with a function of session_of<State> that returns Interface::behavior_type");
  auto kind = make_session_kind<State>(
    [begin = std::move(begin)](caf::actor_system& system, session_start start, std::optional<State> state) {
      auto session = std::make_shared<detail::hosted_session_with<State>>();
      session->start = std::move(start);
      if (state)
        session->state = std::move(*state);
      return detail::spawn_hosted(system, session, [begin, session]() mutable {
        typename Interface::behavior_type behavior = begin(session_of<State>{session});
        return std::move(behavior.unbox());
      });
    },
    std::move(options.upgrades));
  kind.checkpoints = options.checkpoints;
  kind.clauses = detail::make_clauses(static_cast<const typename Interface::signatures*>(nullptr));
  if (options.resolve)
    kind.resolve = [resolve = std::move(options.resolve)](const snapshot& winner,
                                                          const snapshot& loser) -> caf::expected<snapshot> {
      const auto won = restore<State>(winner);
      const auto lost = restore<State>(loser);
      if (!won || !lost)
        return won ? lost.error() : won.error();
      return make_snapshot(resolve(*won, *lost));
    };
  return kind;
}

} // namespace ariadne
