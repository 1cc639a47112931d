#pragma once

#include "actors/handoff_requests.hpp"
#include "actors/session_messages.hpp"
#include "actors/session_ref.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

// What an actor asks of the session host of its node, one line each, as actors/handoff_requests.hpp has it for states:
//
//     start_session(self, duel).then([](const session_node& at) { ... }, [](const caf::error& error) { ... });

namespace ariadne {

struct session_options {
  /// How long the session may take to run.
  std::chrono::milliseconds wait{5'000};
  /// The session host that is asked; that of this node, if it is null.
  caf::actor host = {};
};

/// The node that runs a session.
struct session_node {
  std::string name;
};

/// The session has ended, and its state is gone.
struct session_ended {};

namespace detail {

caf::message start_message(std::string kind, std::string id, std::chrono::milliseconds wait);
caf::message start_message(std::string kind, std::string id, snapshot state);
caf::message stop_message(std::string kind, std::string id, std::chrono::milliseconds wait);
caf::message locate_message(std::string kind, std::string id, std::chrono::milliseconds wait);

template <class Self>
auto ask_for_place(Self* self, const session_options& options, caf::message message, const caf::error& problem = {}) {
  using asked = question<Self, session_node, result_form::value, session_place>;
  return asked{
    {.self = self,
     .whom = options.host ? options.host : session_host_of(self->home_system()),
     .limit = options.wait + request_grace,
     .message = std::move(message),
     .problem = problem,
     .read = [](session_place& place) -> caf::expected<session_node> { return session_node{std::move(place.node)}; }}};
}

} // namespace detail

/// Starts the session, unless it runs somewhere. Comes to the `session_node` once another node, if any is up, holds its
/// record. Errors: those that docs/sessions.md lists.
template <class Self, class Interface>
auto start_session(Self&& self, const session_ref<Interface>& ref, const session_options& options = {}) {
  return detail::ask_for_place(detail::actor_behind(self), options,
                               detail::start_message(ref.kind(), ref.id(), options.wait));
}

/// The same from a state, which does nothing if the session runs already. The host waits as long as
/// `session_host_options::request_timeout` says.
template <class Self, class Interface, class State>
requires(!std::same_as<State, session_options>) auto start_session(Self&& self, const session_ref<Interface>& ref,
                                                                   const State& state,
                                                                   const session_options& options = {}) {
  auto made = detail::to_snapshot(state);
  const auto problem = made ? caf::error{} : made.error();
  return detail::ask_for_place(detail::actor_behind(self), options,
                               detail::start_message(ref.kind(), ref.id(), made ? std::move(*made) : snapshot{}),
                               problem);
}

/// Where the session runs, as soon as it does.
template <class Self, class Interface>
auto locate(Self&& self, const session_ref<Interface>& ref, const session_options& options = {}) {
  return detail::ask_for_place(detail::actor_behind(self), options,
                               detail::locate_message(ref.kind(), ref.id(), options.wait));
}

/// Ends the session, wherever it runs. Its state is gone. Comes to `session_ended`; an error if there is no such
/// session.
template <class Self, class Interface>
auto stop_session(Self&& self, const session_ref<Interface>& ref, const session_options& options = {}) {
  auto* actor = detail::actor_behind(self);
  using asked = question<std::remove_pointer_t<decltype(actor)>, session_ended, detail::result_form::value, bool>;
  return asked{{.self = actor,
                .whom = options.host ? options.host : detail::session_host_of(actor->home_system()),
                .limit = options.wait + detail::request_grace,
                .message = detail::stop_message(ref.kind(), ref.id(), options.wait),
                .problem = {},
                .read = [](bool&) -> caf::expected<session_ended> { return session_ended{}; }}};
}

} // namespace ariadne
