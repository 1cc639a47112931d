#pragma once

#include "actors/asking.hpp"
#include "actors/caf_edition.hpp"
#include "actors/serialise.hpp"
#include "actors/session_clauses.hpp"
#include "actors/type_names.hpp"

#include <caf/actor.hpp>
#include <caf/message.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// Sessions by the typed interface of their actors, wherever they run:
//
//     const session_ref<match_actor> duel{"match", "duel"};
//     request(self, duel, 2s, play_atom_v, std::string{"north"})
//       .then([](const match& now) { ... }, [](const caf::error& error) { ... });

namespace ariadne {

/// The name of a session, with the interface `Interface` of its actor, a caf::typed_actor. A value: it may be copied,
/// sent to other actors and nodes, and kept in a state. Whether there is such a session, and where, is asked anew with
/// each request.
template <class Interface>
class session_ref {
public:
  session_ref() = default;
  session_ref(std::string kind, std::string id) : kind_(std::move(kind)), id_(std::move(id)) {}

  const std::string& kind() const {
    return kind_;
  }
  const std::string& id() const {
    return id_;
  }

  friend bool operator==(const session_ref&, const session_ref&) = default;
  friend auto operator<=>(const session_ref&, const session_ref&) = default;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_ref& x) {
    return inspect_fields(f, "session_ref", x.kind_, x.id_);
  }

private:
  std::string kind_;
  std::string id_;
};

namespace detail {

/// "session_ref": which interface it has is for programs.
template <class Interface>
requires(!is_in_a_type_id_block<session_ref<Interface>>) struct stable_name<session_ref<Interface>> {
  static constexpr std::string_view value = "ariadne::session_ref";
};

template <class T>
inline constexpr bool is_actor_handle =
  std::is_same_v<
    T, caf::actor> || std::is_same_v<T, caf::strong_actor_ptr> || std::is_same_v<T, caf::actor_addr> || requires {
  typename T::behavior_type;
};

/// What stands for an argument in a message, as CAF has it.
template <class T>
using as_sent = std::conditional_t<std::is_convertible_v<std::decay_t<T>, const char*>, std::string, std::decay_t<T>>;

template <class T>
std::string name_of() {
  static_assert(!is_actor_handle<T>, "messages to sessions and their answers have no handles of actors: send a "
                                     "session_ref, or the name of a service");
  if constexpr (is_atom<T>) {
    return to_string(T{});
  } else {
    static_assert(has_name<T>, "this type needs a name: give it an ID in a block of CAF's (docs/embedding.md, States)");
    return std::string{name_or_none<T>()};
  }
}

template <class... In>
const std::string& clause_name(types<In...>) {
  static const auto name = [] {
    std::string result;
    ((result += (result.empty() ? "" : ",") + name_of<In>()), ...);
    return result;
  }();
  return name;
}

template <class Inputs, template <class...> class List, class... Clauses>
constexpr std::size_t find_clause(const List<Clauses...>*) {
  constexpr std::array<bool, sizeof...(Clauses)> matches{
    std::is_same_v<typename clause_types<Clauses>::inputs, Inputs>...};
  return static_cast<std::size_t>(std::find(matches.begin(), matches.end(), true) - matches.begin());
}

template <std::size_t Number, template <class...> class List, class... Clauses>
auto clause_at(const List<Clauses...>*) -> clause_types<std::tuple_element_t<Number, std::tuple<Clauses...>>>;

template <template <class...> class List, class... Clauses>
constexpr std::size_t count_clauses(const List<Clauses...>*) {
  return sizeof...(Clauses);
}

/// What a request comes to: a value, or, if the clause answers several or none, these.
template <class Outputs>
struct answer_of;
template <class Out>
struct answer_of<types<Out>> {
  using type = Out;
  static constexpr auto form = result_form::value;
};
template <class... Out>
struct answer_of<types<Out...>> {
  using type = std::tuple<Out...>;
  static constexpr auto form = result_form::elements;
};

template <class... Out>
caf::error read_contents(std::string_view contents, std::tuple<Out...>& result) {
  return std::apply([&](auto&... xs) { return read_values(contents, xs...); }, result);
}
template <class Out>
caf::error read_contents(std::string_view contents, Out& result) {
  return read_values(contents, result);
}

template <class Result>
caf::expected<Result> read_answer(const std::string& bytes) {
  const auto contents = decode_answer(bytes);
  if (!contents)
    return contents.error();
  Result result{};
  if (read_contents(*contents, result))
    return make_error(ec::message_damaged, "the answer is not what the clause answers");
  return result;
}

/// One clause, as the host of the session needs it.
template <class... In, class... Out>
session_clause make_clause(types<In...> inputs, types<Out...>) {
  static_assert((!is_actor_handle<Out> && ...), "sessions answer no handles of actors: answer a session_ref");
  session_clause result;
  result.name = clause_name(inputs);
  result.read = [](std::string_view contents) -> caf::expected<caf::message> {
    try {
      std::tuple<In...> values;
      if (const auto error = std::apply([&](auto&... xs) { return read_values(contents, xs...); }, values))
        return make_error(ec::message_damaged, clause_name(types<In...>{}));
      return std::apply([](auto&... xs) { return caf::make_message(std::move(xs)...); }, values);
    } catch (const std::exception&) {
      return make_error(ec::message_damaged, clause_name(types<In...>{}));
    }
  };
  result.answer = [](std::function<void(std::string)> answered, std::function<void(const caf::error&)> failed) {
    return caf::behavior{[answered = std::move(answered), failed](const Out&... out) {
                           std::string contents;
                           if (auto error = write_values(contents, out...))
                             failed(error);
                           else
                             answered(std::move(contents));
                         },
                         [failed](caf::error& error) { failed(error); }};
  };
  return result;
}

template <template <class...> class List, class... Clauses>
session_clauses make_clauses(const List<Clauses...>*) {
  return session_clauses{
    {make_clause(typename clause_types<Clauses>::inputs{}, typename clause_types<Clauses>::outputs{})...}};
}

caf::actor session_host_of(caf::actor_system& system);
caf::message deliver_message(std::string kind, std::string id, std::string call, std::chrono::milliseconds wait);
/// Sends it, for nobody who waits for an answer.
void deliver_unanswered(const caf::actor& host, caf::message message);
/// How much longer the one who asks waits than the host.
inline constexpr std::chrono::milliseconds request_grace{1'000};

template <class Interface, class... Args>
struct call_of {
  static constexpr const typename Interface::signatures* clauses = nullptr;
  static constexpr std::size_t number = find_clause<types<as_sent<Args>...>>(clauses);
  static constexpr bool is_there = number < count_clauses(clauses);
  static_assert(is_there, "the session's interface has no clause that takes this message");
  using clause = decltype(clause_at < is_there ? number : 0 > (clauses));
  using answer = answer_of<typename clause::outputs>;

  static caf::expected<std::string> encode(const as_sent<Args>&... args) {
    std::string contents;
    if (auto error = write_values(contents, args...))
      return error;
    return encode_call(clause_name(typename clause::inputs{}), contents);
  }
};

} // namespace detail

/// `request`, by way of `host`: for clients, which have no session host of their own.
template <class Self, class Interface, class... Args>
auto request_via(const caf::actor& host, Self&& self, const session_ref<Interface>& ref,
                 std::chrono::milliseconds timeout, const Args&... args) {
  using call = detail::call_of<Interface, Args...>;
  using result = typename call::answer::type;
  auto* actor = detail::actor_behind(self);
  using asked = question<std::remove_pointer_t<decltype(actor)>, result, call::answer::form, std::string>;
  auto bytes = call::encode(args...);
  const auto problem = bytes ? caf::error{} : bytes.error();
  return asked{
    {.self = actor,
     .whom = host,
     .limit = timeout + detail::request_grace,
     .message = detail::deliver_message(ref.kind(), ref.id(), bytes ? std::move(*bytes) : std::string{}, timeout),
     .problem = problem,
     .read = [](std::string& answer) { return detail::read_answer<result>(answer); }}};
}

/// Has the session handle a message, wherever it runs, also while it moves: it waits until the session runs, for
/// `timeout` at most. The compiler checks it against `Interface`. Requests of one node to one session are handled in
/// order, each at most once. Comes to what the clause answers. Errors: what the session answers; those of
/// `deliver_atom` of a session host, such as `session_unknown`, `session_timed_out` (not handled) and
/// `session_unanswered` (handled or not); `clause_unknown` and `message_damaged`, if the session is of a program that
/// has the interface in another version.
template <class Self, class Interface, class... Args>
auto request(Self&& self, const session_ref<Interface>& ref, std::chrono::milliseconds timeout, const Args&... args) {
  auto* actor = detail::actor_behind(self);
  return request_via(detail::session_host_of(actor->home_system()), actor, ref, timeout, args...);
}

/// The same, without an answer: nobody is told what has become of it. In order with the requests of the node.
template <class Self, class Interface, class... Args>
void send(Self&& self, const session_ref<Interface>& ref, const Args&... args) {
  using call = detail::call_of<Interface, Args...>;
  if (auto bytes = call::encode(args...))
    detail::deliver_unanswered(
      detail::session_host_of(detail::actor_behind(self)->home_system()),
      detail::deliver_message(ref.kind(), ref.id(), std::move(*bytes), std::chrono::seconds{5}));
}

} // namespace ariadne
