#pragma once

#include "actors/error.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/message.hpp>
#include <caf/scheduled_actor.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// What the functions of actors/handoff_requests.hpp, session_requests.hpp and session_ref.hpp return: something that is
// asked as soon as it is said what becomes of the answer. All but the handlers is compiled in the library.

namespace ariadne {

namespace detail {

/// Asks `whom`; nobody, if that is null: then, or if there is a `problem`, the answer is an error, given in the same
/// way. Instantiated for what our actors answer.
template <class Answer>
void ask_later(caf::scheduled_actor* self, const caf::actor& whom, std::chrono::milliseconds limit,
               caf::message content, const caf::error& problem, std::function<void(caf::expected<Answer>)> answered);
template <class Answer>
caf::expected<Answer> ask_now(caf::blocking_actor* self, const caf::actor& whom, std::chrono::milliseconds limit,
                              caf::message content, const caf::error& problem);

/// The actor behind what stands for one: a pointer, or a scoped_actor.
template <class Self>
auto* actor_behind(Self& self) {
  if constexpr (std::is_convertible_v<Self&, caf::blocking_actor*>)
    return static_cast<caf::blocking_actor*>(self);
  else if constexpr (std::is_convertible_v<Self&, caf::scheduled_actor*>)
    return static_cast<caf::scheduled_actor*>(self);
  else
    return static_cast<caf::blocking_actor*>(self.operator->());
}

template <class... Handlers>
struct one_for_each : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
one_for_each(Handlers...) -> one_for_each<Handlers...>;

/// How a result is passed to handlers: as it is, as one of its alternatives, or as all of its elements.
enum class result_form { value, alternatives, elements };

template <result_form Form, class Result>
struct result_access;

template <class Result>
struct result_access<result_form::value, Result> {
  template <class Handler>
  static constexpr bool is_handled_by = std::is_invocable_v<Handler&, Result&>;
  template <class Handler>
  static void pass(Handler& handler, Result& result) {
    handler(result);
  }
};

template <class... Alternatives>
struct result_access<result_form::alternatives, std::variant<Alternatives...>> {
  template <class Handler>
  static constexpr bool is_handled_by = (std::is_invocable_v<Handler&, Alternatives&> && ...);
  template <class Handler>
  static void pass(Handler& handler, std::variant<Alternatives...>& result) {
    std::visit(handler, result);
  }
};

template <class... Elements>
struct result_access<result_form::elements, std::tuple<Elements...>> {
  template <class Handler>
  static constexpr bool is_handled_by = std::is_invocable_v<Handler&, Elements&...>;
  template <class Handler>
  static void pass(Handler& handler, std::tuple<Elements...>& result) {
    std::apply(handler, result);
  }
};

} // namespace detail

/// A request of the actor `Self`, event-based or blocking, that is sent by one of its functions. It is to be used in
/// the same statement.
///
/// Handlers are functions of what may come of it, each of one of these or of several, and of caf::error. One that is
/// missing is an error of the compiler.
template <class Self, class Result, detail::result_form Form, class Answer>
class [[nodiscard]] question {
  using access = detail::result_access<Form, Result>;

public:
  struct contents {
    Self* self = nullptr;
    /// Null: there is nobody to ask.
    caf::actor whom;
    std::chrono::milliseconds limit{0};
    caf::message message;
    /// Why it cannot be asked; none if it can.
    caf::error problem;
    std::function<caf::expected<Result>(Answer&)> read;
  };

  explicit question(contents asked) : asked_(std::move(asked)) {}

  /// Of an event-based actor: asks. One of the handlers is called by the actor later.
  template <class... Handlers>
  void then(Handlers... handlers) && {
    static_assert(!is_blocking, "a blocking actor has no `then`: use `receive` or `get`");
    detail::one_for_each handler{std::move(handlers)...};
    if constexpr (!is_blocking && check<decltype(handler)>())
      detail::ask_later<Answer>(asked_.self, asked_.whom, asked_.limit, std::move(asked_.message), asked_.problem,
                                [handler = std::move(handler), read = std::move(asked_.read)](
                                  caf::expected<Answer> answer) mutable { settle(handler, read, answer); });
  }

  /// Of a blocking actor: asks, and calls one of the handlers once there is an answer.
  template <class... Handlers>
  void receive(Handlers... handlers) && {
    detail::one_for_each handler{std::move(handlers)...};
    if constexpr (check<decltype(handler)>()) {
      auto answer = ask_now();
      settle(handler, asked_.read, answer);
    }
  }

  /// Of a blocking actor: asks, and returns what comes of it.
  caf::expected<Result> get() && {
    auto answer = ask_now();
    if (!answer)
      return std::move(answer.error());
    return asked_.read(*answer);
  }

private:
  static constexpr bool is_blocking = std::is_same_v<Self, caf::blocking_actor>;

  template <class Handler>
  static constexpr bool check() {
    constexpr auto handles_results = access::template is_handled_by<Handler>;
    constexpr auto handles_errors = std::is_invocable_v<Handler&, caf::error&>;
    static_assert(handles_results, "a handler is missing for what may come of the request");
    static_assert(handles_errors, "a handler of caf::error is missing");
    return handles_results && handles_errors;
  }

  caf::expected<Answer> ask_now() {
    static_assert(is_blocking, "an event-based actor must not block: use `then`");
    return detail::ask_now<Answer>(asked_.self, asked_.whom, asked_.limit, std::move(asked_.message), asked_.problem);
  }

  template <class Handler, class Read>
  static void settle(Handler& handler, Read& read, caf::expected<Answer>& answer) {
    if (!answer)
      return static_cast<void>(handler(answer.error()));
    auto result = read(*answer);
    if (result)
      access::pass(handler, *result);
    else
      static_cast<void>(handler(result.error()));
  }

  contents asked_;
};

} // namespace ariadne
