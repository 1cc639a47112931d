#pragma once

// What actors/caf_edition.hpp promises, for CAF 0.17.

#include "actors/value_bounds.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/behavior.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deserializer.hpp>
#include <caf/duration.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/meta/annotation.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/save_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/node_id.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/serializer.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_actor.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ariadne {

// -- interfaces ------------------------------------------------------------------------------------------------------

/// One clause of a typed actor's interface: answers `Out` to a message of `In...`.
template <class Out, class... In>
using answers = typename caf::replies_to<In...>::template with<Out>;

/// One clause of a typed actor's interface that has no answer.
template <class... In>
using takes = caf::reacts_to<In...>;

namespace detail {

template <class...>
struct types {};

/// What a clause takes and answers.
template <class Clause>
struct clause_types;

template <class... In, class... Out>
struct clause_types<caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<Out...>>> {
  using inputs = types<In...>;
  using outputs = types<Out...>;
};

template <class... In>
struct clause_types<caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<void>>> {
  using inputs = types<In...>;
  using outputs = types<>;
};

/// Whether values of the type say nothing beyond it.
template <class T>
inline constexpr bool is_atom = caf::is_atom_constant<T>::value;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;
template <class F, class S>
inline constexpr bool is_tuple<std::pair<F, S>> = true;
template <class T, std::size_t N>
inline constexpr bool is_tuple<std::array<T, N>> = true;

template <class T>
concept container = requires(T& xs, typename T::value_type x) {
  xs.size();
  xs.clear();
  xs.begin() != xs.end();
  xs.insert(xs.end(), std::move(x));
};

/// Whether CAF 0.17 itself cannot inspect the type, since there is a std::optional or std::variant in it.
template <class T>
inline constexpr bool is_unknown_to_caf = is_optional<T> || is_variant<T>;
template <container T>
inline constexpr bool is_unknown_to_caf<T> = is_unknown_to_caf<typename T::value_type>;
template <class F, class S>
inline constexpr bool is_unknown_to_caf<std::pair<F, S>> =
  is_unknown_to_caf<std::remove_const_t<F>> || is_unknown_to_caf<S>;
template <class... Ts>
inline constexpr bool is_unknown_to_caf<std::tuple<Ts...>> = (is_unknown_to_caf<Ts> || ...);
template <class T, std::size_t N>
inline constexpr bool is_unknown_to_caf<std::array<T, N>> = is_unknown_to_caf<T>;

template <class... Ts>
caf::error write_values(std::string& bytes, const Ts&... values);
template <class... Ts>
caf::error read_values(std::string_view bytes, Ts&... values);

/// A field that is unknown to CAF, in a message that CAF writes and reads: the bytes that it has in a state.
template <class T>
struct field_in_bytes {
  T& field;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& inspector, field_in_bytes& x) {
    if constexpr (!std::is_same_v<typename Inspector::result_type, caf::error>) {
      return inspector(caf::meta::type_name("value"));
    } else {
      std::string bytes;
      if constexpr (!Inspector::writes_state)
        if (auto error = write_values(bytes, x.field))
          return error;
      if (auto error = inspector(bytes))
        return error;
      if constexpr (Inspector::writes_state)
        return read_values(bytes, x.field);
      return caf::error{};
    }
  }
};

/// The serialiser of states, and its inverse, know all fields.
template <class Inspector>
inline constexpr bool is_own_inspector = requires {
  typename Inspector::knows_all_values;
};

template <class Inspector, class Field>
decltype(auto) as_known(Field& field) {
  if constexpr (is_own_inspector<Inspector> || !is_unknown_to_caf<Field>)
    return (field);
  else
    return field_in_bytes<Field>{field};
}

} // namespace detail

/// Inspects the fields of a message struct under the name of its type.
template <class Inspector, class... Fields>
typename Inspector::result_type inspect_fields(Inspector& inspector, const char* type_name, Fields&... fields) {
  return inspector(caf::meta::type_name(type_name), detail::as_known<Inspector>(fields)...);
}

/// Whether an inspector sets what it inspects.
template <class Inspector>
inline constexpr bool is_loading = Inspector::writes_state;

/// Makes caf::error of the values of an enumeration; `name` has at most 10 characters. Outside of namespaces.
#define ARIADNE_ERROR_CODES(type, name) CAF_ERROR_CODE_ENUM(type, name)

// -- messages --------------------------------------------------------------------------------------------------------

namespace detail {

/// A message that is about to be sent by `Self`, which may be a pointer to it; it refers to what it is made of.
template <class Self, class... Ts>
class [[nodiscard]] outgoing_mail {
public:
  outgoing_mail(Self& self, Ts&&... content) : self_(self), content_(std::forward<Ts>(content)...) {}

  template <class Handle>
  void send(const Handle& receiver) && {
    put([&](auto&&... content) { self_->send(receiver, std::forward<decltype(content)>(content)...); });
  }

  /// The response is passed to `then(handler, error_handler)` of what is returned; in a blocking actor to `receive`.
  template <class Handle, class Timeout>
  auto request(const Handle& receiver, Timeout timeout) && {
    return put([&](auto&&... content) {
      return self_->request(receiver, timeout, std::forward<decltype(content)>(content)...);
    });
  }

  /// Has the receiver answer the message that is being handled.
  template <class Handle>
  auto delegate(const Handle& receiver) && {
    return put(
      [&](auto&&... content) { return self_->delegate(receiver, std::forward<decltype(content)>(content)...); });
  }

  /// What is sent after a while: `.delay(...).send(receiver)`.
  template <class Duration>
  auto delay(Duration time) && {
    return delayed<Duration>{std::move(*this), time};
  }

private:
  template <class Duration>
  struct [[nodiscard]] delayed {
    outgoing_mail mail;
    Duration time;

    template <class Handle>
    void send(const Handle& receiver) && {
      mail.put([&](auto&&... content) {
        mail.self_->delayed_send(receiver, time, std::forward<decltype(content)>(content)...);
      });
    }
  };

  template <class Put>
  decltype(auto) put(Put put) {
    return std::apply(put, std::move(content_));
  }

  Self& self_;
  std::tuple<Ts&&...> content_;
};

template <class... Ts>
class [[nodiscard]] anonymous_mail {
public:
  explicit anonymous_mail(Ts&&... content) : content_(std::forward<Ts>(content)...) {}

  template <class Handle>
  void send(const Handle& receiver) && {
    std::apply([&](auto&&... content) { caf::anon_send(receiver, std::forward<decltype(content)>(content)...); },
               std::move(content_));
  }

private:
  std::tuple<Ts&&...> content_;
};

} // namespace detail

/// A message of an actor: `mail(self, what...).send(receiver)`, and so on. To be used in the same statement.
template <class Self, class... Ts>
detail::outgoing_mail<Self, Ts...> mail(Self& self, Ts&&... content) {
  return {self, std::forward<Ts>(content)...};
}

/// A message of nobody: `anon_mail(what...).send(receiver)`. To be used in the same statement.
template <class... Ts>
detail::anonymous_mail<Ts...> anon_mail(Ts&&... content) {
  return detail::anonymous_mail<Ts...>{std::forward<Ts>(content)...};
}

namespace detail {

/// Sends a message of any content as a request. `answer` gets what is answered, or the error: `caf::infinite`, or a
/// chrono duration, is the time limit.
template <class TimeLimit>
void request_any(caf::scheduled_actor* self, const caf::actor& receiver, TimeLimit limit, caf::message content,
                 caf::behavior answer) {
  const auto id = self->new_request_id(caf::message_priority::normal);
  if (receiver) {
    receiver->enqueue(self->ctrl(), id, std::move(content), self->context());
    self->request_response_timeout(caf::duration{limit}, id);
  } else {
    self->enqueue(self->ctrl(), id.response_id(), caf::make_message(caf::make_error(caf::sec::invalid_argument)),
                  self->context());
  }
  self->add_multiplexed_response_handler(id.response_id(), std::move(answer));
}

} // namespace detail

// -- actors ----------------------------------------------------------------------------------------------------------

/// The state of a stateful actor.
template <class StatefulActor>
auto& state_of(StatefulActor* self) {
  return self->state;
}

/// `handle(exit_msg)` is called when an actor that `self` is linked to ends, or `self` is told to end, instead of
/// ending `self`.
template <class Self, class Handle>
void handle_exits(Self self, Handle handle) {
  self->set_exit_handler(std::move(handle));
}

/// One actor's watch over another one.
using death_watch = caf::actor_addr;

/// Calls `ended(down_msg)` in the actor `self` when `whom` ends. Of one actor, `ended` has to be the same in all calls.
template <class Self, class Ended>
death_watch watch_over(Self& self, const caf::strong_actor_ptr& whom, Ended ended) {
  self->set_down_handler(std::move(ended));
  self->monitor(whom);
  return caf::actor_cast<caf::actor_addr>(whom);
}

template <class Self>
void end_watch(Self& self, const death_watch& watch) {
  self->demonitor(watch);
}

/// Whether the actor that was asked has dropped the request without an answer, as it does when it ends. 0.17 does not
/// tell: such a request is never answered.
inline bool is_dropped(const caf::error&) {
  return false;
}

/// The same for an actor that is monitored, of which nothing else is of interest but how it ends: that may be told
/// before or after. If it goes on instead, `silent()` is called in the actor `self` when a request of `asked_at` would
/// have come to its time limit.
template <class Self, class TimeLimit, class Silent>
bool is_dropped(Self&, const caf::error&, caf::actor_clock::time_point, TimeLimit, Silent) {
  return false;
}

// -- the actor system ------------------------------------------------------------------------------------------------

/// Whether an actor can be registered under the name.
inline bool is_registrable(const std::string& name) {
  return !name.empty() && to_string(caf::atom_from_string(name)) == name;
}

/// The actor that is registered under the name in the system's registry, or null.
template <class Handle>
Handle registered(caf::actor_system& system, const std::string& name) {
  return system.registry().get<Handle>(caf::atom_from_string(name));
}

template <class Handle>
void register_actor(caf::actor_system& system, const std::string& name, const Handle& actor) {
  system.registry().put(caf::atom_from_string(name), actor);
}

inline void unregister_actor(caf::actor_system& system, const std::string& name) {
  system.registry().erase(caf::atom_from_string(name));
}

/// The name of the broker that speaks CAF's protocol between nodes.
inline constexpr auto basp_name = caf::atom("BASP");

namespace detail {

/// Which enumeration the code of an error is of.
inline std::string category_name(const caf::error& error) {
  return to_string(error.category());
}

/// The error of this code of the category; `context` may be empty.
inline caf::error error_of(const std::string& category, std::uint8_t code, std::string context) {
  const auto found = caf::atom_from_string(category);
  return context.empty() ? caf::error{code, found} : caf::error{code, found, caf::make_message(std::move(context))};
}

} // namespace detail

/// In words, if it is one of CAF's own.
inline std::string render(const caf::error& error) {
  return caf::actor_system_config::render(error);
}

namespace detail {

/// Nothing: each actor system has a table of its own.
inline void register_caf_types() {}

template <class IdBlock>
void register_id_block(caf::actor_system_config& config) {
  config.add_message_types<IdBlock>();
}

/// Has `error_text` render the errors that are made of `Code`.
template <class Code>
void register_error_codes(caf::actor_system_config& config, std::string (*error_text)(const caf::error&)) {
  config.add_error_category(caf::error{Code{1}}.category(),
                            [=](std::uint8_t code, caf::atom_value category, const caf::message& context) {
                              return error_text(caf::error{code, category, context});
                            });
}

/// `Module` is made of the actor system.
template <class Module>
void load_module(caf::actor_system_config& config) {
  config.module_factories.push_back(
    [](caf::actor_system& system) -> caf::actor_system::module* { return new Module{system}; });
}

/// What a default_multiplexer is made of.
inline caf::actor_system* multiplexer_argument(caf::actor_system& system) {
  return &system;
}

/// To be called before anybody reads the id.
inline void set_node_id(caf::actor_system& system, caf::node_id id) {
  // There is no other way.
  const_cast<caf::node_id&>(system.node()) = std::move(id);
}

inline void set_scheduler_threads(caf::actor_system_config& config, std::size_t count) {
  config.set("scheduler.max-threads", count);
}

inline void set_scheduler_policy(caf::actor_system_config& config, const std::string& policy) {
  config.set("scheduler.policy", caf::atom_from_string(policy));
}

// -- serialisation ---------------------------------------------------------------------------------------------------

/// A serialiser or deserialiser of CAF's that leaves everything to another one, which cannot be derived from.
template <class Base, class Inner>
class forwarder : public Base {
public:
  caf::error begin_object(std::uint16_t& type, std::string& name) override {
    return inner_.begin_object(type, name);
  }
  caf::error end_object() override {
    return inner_.end_object();
  }
  caf::error begin_sequence(std::size_t& size) override {
    return inner_.begin_sequence(size);
  }
  caf::error end_sequence() override {
    return inner_.end_sequence();
  }
  caf::error apply_raw(std::size_t size, void* bytes) override {
    return inner_.apply_raw(size, bytes);
  }

protected:
  template <class... Arguments>
  explicit forwarder(Arguments&&... arguments)
    : Base(static_cast<caf::execution_unit*>(nullptr)), inner_{nullptr, arguments...} {}

  caf::error apply_impl(std::int8_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint8_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int16_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint16_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int32_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint32_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::int64_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::uint64_t& x) override {
    return inner_(x);
  }
  caf::error apply_impl(float& x) override {
    return inner_(x);
  }
  caf::error apply_impl(double& x) override {
    return inner_(x);
  }
  caf::error apply_impl(long double& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::string& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::u16string& x) override {
    return inner_(x);
  }
  caf::error apply_impl(std::u32string& x) override {
    return inner_(x);
  }

  Inner inner_;
};

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

/// What an element of a container is before it is in there: the keys of maps are not constant then.
template <class T>
struct element {
  using type = T;
};
template <class Key, class T>
struct element<std::pair<const Key, T>> {
  using type = std::pair<Key, T>;
};

/// Writes and reads what CAF 0.17 does not know, or not inside of something else: std::optional, std::variant, and
/// containers of these. What it does know is as CAF has it.
template <class Derived, class Base, class Inner>
class value_inspector : public forwarder<Base, Inner> {
public:
  using knows_all_values = void;
  using forwarder<Base, Inner>::forwarder;

  template <class... Ts>
  caf::error operator()(Ts&&... xs) {
    caf::error result;
    static_cast<void>(((result = field(const_cast<std::remove_cvref_t<Ts>&>(xs)), !result) && ...));
    return result;
  }

private:
  template <class T>
  caf::error field(T& x) {
    if constexpr (caf::meta::is_save_callback<T>::value) {
      if constexpr (Base::reads_state)
        return x.fun();
    } else if constexpr (caf::meta::is_load_callback<T>::value) {
      if constexpr (Base::writes_state)
        return x.fun();
    } else if constexpr (!caf::meta::is_annotation<T>::value && !caf::is_allowed_unsafe_message_type<T>::value) {
      return value(x);
    }
    return {};
  }

  template <class T>
  caf::error value(T& x) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      return this->apply(x);
    } else {
      if (!nesting_.enter())
        return caf::sec::invalid_argument;
      auto error = nested(x);
      nesting_.leave();
      return error;
    }
  }

  template <class T>
  caf::error nested(T& x) {
    constexpr auto is_sequence = container<T> && !caf::detail::is_byte_sequence<T>::value
                                 && !std::is_same_v<T, std::u16string> && !std::is_same_v<T, std::u32string>;
    if constexpr (is_optional<T>)
      return optional(x);
    else if constexpr (is_variant<T>)
      return variant(x);
    else if constexpr (is_tuple<T>)
      return std::apply([this](auto&... xs) { return (*this)(xs...); }, x);
    else if constexpr (std::is_array_v<T>)
      return each(x);
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<bool>>)
      return this->apply(x);
    else if constexpr (caf::detail::is_inspectable<Derived, T>::value && !caf::detail::has_serialize<T>::value)
      return inspect(static_cast<Derived&>(*this), x);
    else if constexpr (is_sequence && !caf::detail::has_serialize<T>::value)
      return sequence(x);
    else if constexpr (caf::detail::is_serializable<T>::value)
      return this->apply(x);
    else
      static_assert(caf::detail::is_serializable<T>::value,
                    "this type cannot be kept or sent: give it a function inspect (docs/embedding.md, States)");
    return {};
  }

  template <class T>
  caf::error optional(std::optional<T>& x) {
    auto is_set = x.has_value();
    if (auto error = this->apply(is_set))
      return error;
    if constexpr (Base::writes_state) {
      x.reset();
      if (is_set)
        x.emplace();
    }
    return x ? value(*x) : caf::error{};
  }

  template <class... Ts>
  caf::error variant(std::variant<Ts...>& x) {
    static_assert(sizeof...(Ts) < 256);
    auto index = static_cast<std::uint8_t>(x.index());
    if (auto error = this->apply(index))
      return error;
    if constexpr (Base::writes_state) {
      if (index >= sizeof...(Ts))
        return caf::sec::invalid_argument;
      choose(x, index, std::index_sequence_for<Ts...>{});
    }
    return std::visit([this](auto& chosen) { return this->value(chosen); }, x);
  }

  template <class Variant, std::size_t... Numbers>
  static void choose(Variant& x, std::size_t index, std::index_sequence<Numbers...>) {
    static_cast<void>(((index == Numbers && (x.template emplace<Numbers>(), true)) || ...));
  }

  template <class T>
  caf::error sequence(T& xs) {
    auto size = xs.size();
    if (auto error = this->begin_sequence(size))
      return error;
    if constexpr (Base::writes_state) {
      xs.clear();
      for (std::size_t i = 0; i < size; ++i) {
        typename element<typename T::value_type>::type x{};
        if (auto error = value(x))
          return error;
        xs.insert(xs.end(), std::move(x));
      }
    } else if (auto error = each(xs)) {
      return error;
    }
    return this->end_sequence();
  }

  template <class T>
  caf::error each(T& xs) {
    for (auto& x : xs)
      if (auto error = value(const_cast<std::remove_cvref_t<decltype(x)>&>(x)))
        return error;
    return {};
  }

  nesting nesting_;
};

/// CAF's binary format. CAF 0.17 never comes to the end of an infinite number, and takes one that is none for another;
/// here they are the bits that IEEE 754 gives them, as all other numbers are with CAF.
class serialiser final : public value_inspector<serialiser, caf::serializer, caf::binary_serializer> {
public:
  /// Appends to `bytes`.
  explicit serialiser(std::vector<char>& bytes) : value_inspector(bytes) {}

protected:
  using forwarder::apply_impl;
  caf::error apply_impl(float& x) override {
    return inner_(std::bit_cast<std::uint32_t>(x));
  }
  caf::error apply_impl(double& x) override {
    return inner_(std::bit_cast<std::uint64_t>(x));
  }
};

/// The inverse of `serialiser`. Takes any bytes: actors/value_bounds.hpp. There is no handle of an actor that it reads.
class deserialiser final : public value_inspector<deserialiser, caf::deserializer, caf::binary_deserializer> {
public:
  explicit deserialiser(std::string_view bytes) : value_inspector(bytes.data(), bytes.size()) {}

  std::size_t remaining() const {
    return inner_.remaining();
  }

  caf::error begin_sequence(std::size_t& size) override {
    // CAF's own has no end.
    constexpr unsigned bits_max = 32;
    std::uint64_t length = 0;
    for (unsigned shift = 0; shift < bits_max; shift += 7) {
      std::uint8_t part = 0;
      if (auto error = inner_(part))
        return error;
      length |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if ((part & 0x80) != 0)
        continue;
      size = length;
      return is_possible_length(size, remaining()) ? caf::error{} : caf::error{caf::sec::end_of_stream};
    }
    return caf::sec::invalid_argument;
  }

protected:
  using forwarder::apply_impl;
  caf::error apply_impl(float& x) override {
    return apply_bits<std::uint32_t>(x);
  }
  caf::error apply_impl(double& x) override {
    return apply_bits<std::uint64_t>(x);
  }
  caf::error apply_impl(long double& x) override {
    // CAF writes it as text, but cannot read what is not finite.
    std::string text;
    if (auto error = apply_impl(text))
      return error;
    char* end = nullptr;
    x = std::strtold(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size() ? caf::error{} : caf::error{caf::sec::invalid_argument};
  }
  caf::error apply_impl(std::string& x) override {
    std::size_t size = 0;
    if (auto error = begin_sequence(size))
      return error;
    if (size > remaining())
      return caf::sec::end_of_stream;
    x.resize(size);
    return inner_.apply_raw(size, x.data());
  }
  caf::error apply_impl(std::u16string& x) override {
    return apply_characters<std::uint16_t>(x);
  }
  caf::error apply_impl(std::u32string& x) override {
    return apply_characters<std::uint32_t>(x);
  }

private:
  template <class Bits, class Number>
  caf::error apply_bits(Number& x) {
    Bits bits = 0;
    auto error = inner_(bits);
    x = std::bit_cast<Number>(bits);
    return error;
  }

  template <class Number, class Text>
  caf::error apply_characters(Text& x) {
    std::size_t size = 0;
    if (auto error = begin_sequence(size))
      return error;
    x.clear();
    for (std::size_t i = 0; i < size; ++i) {
      Number number = 0;
      if (auto error = inner_(number))
        return error;
      x.push_back(static_cast<typename Text::value_type>(number));
    }
    return {};
  }
};

/// Whether a state or a message can have values of the type.
template <class T>
inline constexpr bool is_value =
  is_optional<T> || is_variant<T> || is_tuple<T> || container<T> || caf::detail::is_inspectable<serialiser, T>::value
  || caf::detail::is_serializable<T>::value;

/// Appends the values, but for atoms, which say nothing.
template <class... Ts>
caf::error write_values(std::string& bytes, const Ts&... values) {
  std::vector<char> written;
  serialiser sink{written};
  caf::error error;
  const auto write = [&](const auto& value) {
    if constexpr (!is_atom<std::remove_cvref_t<decltype(value)>>)
      error = sink(value);
    return !error;
  };
  static_cast<void>((write(values) && ...));
  bytes.append(written.begin(), written.end());
  return error;
}

/// The inverse: `bytes` has to be these values, and nothing else.
template <class... Ts>
caf::error read_values(std::string_view bytes, Ts&... values) {
  deserialiser source{bytes};
  caf::error error;
  const auto read = [&](auto& value) {
    if constexpr (!is_atom<std::remove_cvref_t<decltype(value)>>)
      error = source(value);
    return !error;
  };
  static_cast<void>((read(values) && ...));
  if (error)
    return error;
  return source.remaining() == 0 ? caf::error{} : caf::error{caf::sec::end_of_stream};
}

} // namespace detail

} // namespace ariadne
