#pragma once

// What actors/caf_edition.hpp promises, for CAF 1.x.

#include "actors/first_type_id.hpp"
#include "actors/value_bounds.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/anon_mail.hpp>
#include <caf/behavior.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/inspector_access_type.hpp>
#include <caf/io/middleman.hpp>
#include <caf/load_inspector_base.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/node_id.hpp>
#include <caf/result.hpp>
#include <caf/save_inspector_base.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_actor_view.hpp>
#include <caf/unit.hpp>

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Types that 0.17 knows without an ID.
CAF_BEGIN_TYPE_ID_BLOCK(ariadne_edition, ::ariadne::end_of_type_ids - 2)

  CAF_ADD_TYPE_ID(ariadne_edition, (std::vector<std::string>))

CAF_END_TYPE_ID_BLOCK(ariadne_edition)

namespace ariadne {

// -- interfaces ------------------------------------------------------------------------------------------------------

/// One clause of a typed actor's interface: answers `Out` to a message of `In...`.
template <class Out, class... In>
using answers = caf::result<Out>(In...);

/// One clause of a typed actor's interface that has no answer.
template <class... In>
using takes = caf::result<void>(In...);

namespace detail {

template <class...>
struct types {};

/// What a clause takes and answers.
template <class Clause>
struct clause_types;

template <class... Out, class... In>
struct clause_types<caf::result<Out...>(In...)> {
  using inputs = types<In...>;
  using outputs = types<Out...>;
};

template <class... In>
struct clause_types<caf::result<void>(In...)> {
  using inputs = types<In...>;
  using outputs = types<>;
};

/// Whether values of the type say nothing beyond it.
template <class T>
inline constexpr bool is_atom = std::is_empty_v<T>;

} // namespace detail

/// An enumeration is inspected as its number.
template <class Inspector, class Enum>
requires std::is_enum_v<Enum>
bool inspect(Inspector& inspector, Enum& value) {
  using number = std::underlying_type_t<Enum>;
  return inspector.apply([&value] { return static_cast<number>(value); },
                         [&value](number read) {
                           value = static_cast<Enum>(read);
                           return true;
                         });
}

namespace detail {

template <class Inspector, class Field>
auto make_field(Inspector& inspector, std::string_view name, Field& field) {
  // An enumeration of another namespace may have no function `inspect`.
  if constexpr (std::is_enum_v<Field>) {
    using number = std::underlying_type_t<Field>;
    return inspector.field(
      name, [&field] { return static_cast<number>(field); },
      [&field](number read) {
        field = static_cast<Field>(read);
        return true;
      });
  } else {
    return inspector.field(name, field);
  }
}

/// Fields have no names, but numbers from 0.
template <class Inspector, class... Fields, std::size_t... Numbers>
bool inspect_numbered(Inspector& inspector, const char* type_name, std::index_sequence<Numbers...>, Fields&... fields) {
  constexpr std::string_view names = "0123456789abcdefghijklmnopqrstuvwxyz";
  static_assert(sizeof...(Fields) <= names.size());
  return inspector.virtual_object(type_name).fields(make_field(inspector, names.substr(Numbers, 1), fields)...);
}

} // namespace detail

/// Inspects the fields of a message struct under the name of its type.
template <class Inspector, class... Fields>
bool inspect_fields(Inspector& inspector, const char* type_name, Fields&... fields) {
  return detail::inspect_numbered(inspector, type_name, std::index_sequence_for<Fields...>{}, fields...);
}

/// Whether an inspector sets what it inspects.
template <class Inspector>
inline constexpr bool is_loading = Inspector::is_loading;

/// Makes caf::error of the values of an enumeration, which needs a type ID; `name` has at most 10 characters. Outside
/// of namespaces.
#define ARIADNE_ERROR_CODES(type, name) CAF_ERROR_CODE_ENUM(type)

// -- messages --------------------------------------------------------------------------------------------------------

/// A message of an actor: `mail(self, what...).send(receiver)`, and so on. To be used in the same statement.
template <class Self, class... Ts>
auto mail(Self& self, Ts&&... content) {
  return self->mail(std::forward<Ts>(content)...);
}

/// A message of nobody: `anon_mail(what...).send(receiver)`. To be used in the same statement.
using caf::anon_mail;

namespace detail {

/// Sends a message of any content as a request. `answer` gets what is answered, or the error: `caf::infinite`, or a
/// chrono duration, is the time limit.
template <class TimeLimit>
void request_any(caf::scheduled_actor* self, const caf::actor& receiver, TimeLimit limit, caf::message content,
                 caf::behavior answer) {
  const auto id = self->new_request_id(caf::message_priority::normal);
  caf::disposable timeout;
  if (receiver) {
    if (const caf::timespan time{limit}; time != caf::infinite)
      timeout =
        self->clock().schedule_message(nullptr, caf::weak_actor_ptr{self->ctrl()}, self->clock().now() + time,
                                       id.response_id(), caf::make_message(caf::make_error(caf::sec::request_timeout)));
    caf::actor_cast<caf::abstract_actor*>(receiver)->enqueue(
      caf::make_mailbox_element(self->ctrl(), id, std::move(content)), self->context());
  } else {
    self->enqueue(caf::make_mailbox_element(self->ctrl(), id.response_id(), caf::make_error(caf::sec::invalid_request)),
                  self->context());
  }
  self->add_multiplexed_response_handler(id.response_id(), std::move(answer), std::move(timeout));
}

} // namespace detail

// -- actors ----------------------------------------------------------------------------------------------------------

/// The state of a stateful actor.
template <class StatefulActor>
auto& state_of(StatefulActor* self) {
  return self->state();
}

/// `handle(exit_msg)` is called when an actor that `self` is linked to ends, or `self` is told to end, instead of
/// ending `self`.
template <class Self, class Handle>
void handle_exits(Self self, Handle handle) {
  // CAF's other way, a handler in the behavior, is not there in 0.17. It has not deprecated this one in views, and it
  // does not matter of which interface.
  caf::typed_actor_view<caf::result<void>(caf::unit_t)> view{self};
  view.set_exit_handler(std::move(handle));
}

/// One actor's watch over another one.
using death_watch = caf::disposable;

/// Calls `ended(down_msg)` in the actor `self` when `whom` ends. Of one actor, `ended` has to be the same in all calls.
template <class Self, class Ended>
death_watch watch_over(Self& self, const caf::strong_actor_ptr& whom, Ended ended) {
  caf::scheduled_actor* watcher = self;
  return watcher->monitor(
    whom, [ended = std::move(ended), address = caf::actor_cast<caf::actor_addr>(whom)](const caf::error& reason) {
      ended(caf::down_msg{address, reason});
    });
}

template <class Self>
void end_watch(Self&, death_watch& watch) {
  watch.dispose();
}

/// Whether the actor that was asked has dropped the request without an answer, as it does when it ends. 0.17 does not
/// tell: such a request is never answered.
inline bool is_dropped(const caf::error& error) {
  return error == caf::sec::broken_promise;
}

/// The same for an actor that is monitored, of which nothing else is of interest but how it ends: that may be told
/// before or after. If it goes on instead, `silent()` is called in the actor `self` when a request of `asked_at` would
/// have come to its time limit.
template <class Self, class TimeLimit, class Silent>
bool is_dropped(Self& self, const caf::error& error, caf::actor_clock::time_point asked_at, TimeLimit limit,
                Silent silent) {
  if (!is_dropped(error))
    return false;
  caf::scheduled_actor* waiting = self;
  if (limit != caf::infinite)
    waiting->run_delayed_weak(asked_at + limit - waiting->clock().now(), std::move(silent));
  return true;
}

// -- the actor system ------------------------------------------------------------------------------------------------

/// Whether an actor can be registered under the name.
inline bool is_registrable(const std::string& name) {
  return !name.empty();
}

/// The actor that is registered under the name in the system's registry, or null.
template <class Handle>
Handle registered(caf::actor_system& system, const std::string& name) {
  return system.registry().get<Handle>(name);
}

template <class Handle>
void register_actor(caf::actor_system& system, const std::string& name, const Handle& actor) {
  system.registry().put(name, actor);
}

inline void unregister_actor(caf::actor_system& system, const std::string& name) {
  system.registry().erase(name);
}

/// The name of the broker that speaks CAF's protocol between nodes.
inline constexpr auto basp_name = "BASP";

namespace detail {

/// Which enumeration the code of an error is of.
inline std::string category_name(const caf::error& error) {
  return std::string{caf::query_type_name(error.category())};
}

/// The error of this code of the category; `context` may be empty. Without one of a category that this program does not
/// know.
inline caf::error error_of(const std::string& category, std::uint8_t code, std::string context) {
  const auto found = caf::query_type_id(category);
  if (code == 0 || found == caf::invalid_type_id)
    return {};
  // There is no constructor for it. So one of CAF's own is written, changed where its code and its category stand, and
  // read.
  const auto model =
    context.empty() ? caf::error{caf::sec::runtime_error} : caf::error{caf::sec::runtime_error, std::move(context)};
  constexpr std::size_t code_at = 1;
  caf::byte_buffer bytes;
  caf::binary_serializer sink{bytes};
  caf::error result;
  if (!sink.apply(model))
    return result;
  assert(static_cast<std::uint8_t>(bytes[code_at]) == static_cast<std::uint8_t>(caf::sec::runtime_error));
  bytes[code_at] = static_cast<std::byte>(code);
  bytes[code_at + 1] = static_cast<std::byte>(found >> 8);
  bytes[code_at + 2] = static_cast<std::byte>(found & 0xff);
  caf::binary_deserializer source{bytes};
  return source.apply(result) ? result : caf::error{};
}

} // namespace detail

/// In words, if it is one of CAF's own.
inline std::string render(const caf::error& error) {
  return to_string(error);
}

namespace detail {

/// Makes CAF's own types known, without which it can neither copy nor destroy a message, nor an error with a context.
/// CAF's table belongs to the process, and must not change once there is an actor system.
inline void register_caf_types() {
  [[maybe_unused]] static const auto once = [] {
    caf::core::init_global_meta_objects();
    caf::io::middleman::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::ariadne_edition>();
    return true;
  }();
}

template <class IdBlock>
void register_id_block(caf::actor_system_config&) {
  register_caf_types();
  [[maybe_unused]] static const auto once = [] {
    caf::init_global_meta_objects<IdBlock>();
    return true;
  }();
}

/// Has `error_text` render the errors that are made of `Code`: CAF itself asks the type for its words.
template <class Code>
void register_error_codes(caf::actor_system_config&, std::string (*)(const caf::error&)) {}

/// `Module` is made of the actor system.
template <class Module>
void load_module(caf::actor_system_config& config) {
  struct loaded : Module {
    static caf::actor_system_module* make(caf::actor_system& system) {
      return new Module{system};
    }
  };
  config.load<loaded>();
}

/// What a default_multiplexer is made of.
inline caf::actor_system& multiplexer_argument(caf::actor_system& system) {
  return system;
}

/// To be called before anybody reads the id.
inline void set_node_id(caf::actor_system& system, caf::node_id id) {
  caf::detail::actor_system_access{system}.node(std::move(id));
}

inline void set_scheduler_threads(caf::actor_system_config& config, std::size_t count) {
  config.set("caf.scheduler.max-threads", count);
}

inline void set_scheduler_policy(caf::actor_system_config& config, const std::string& policy) {
  config.set("caf.scheduler.policy", policy);
}

// -- serialisation ---------------------------------------------------------------------------------------------------

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

/// A serialiser or deserialiser of CAF's that leaves everything to another one, which cannot be derived from, but does
/// not go deeper than `nesting_max`.
template <class Base, class Inner>
class forwarder : public Base {
public:
  template <class... Arguments>
  explicit forwarder(Arguments&&... arguments) : inner_{std::forward<Arguments>(arguments)...} {}

  static constexpr bool has_human_readable_format() noexcept {
    return false;
  }

  caf::actor_system* context() const noexcept {
    return nullptr;
  }

  template <class... Ts>
  bool begin_object(Ts&&... xs) {
    return enter() && inner_.begin_object(std::forward<Ts>(xs)...);
  }
  bool end_object() {
    nesting_.leave();
    return inner_.end_object();
  }
  template <class... Ts>
  bool begin_field(Ts&&... xs) {
    return inner_.begin_field(std::forward<Ts>(xs)...);
  }
  bool end_field() {
    return inner_.end_field();
  }
  bool begin_tuple(std::size_t size) {
    return inner_.begin_tuple(size);
  }
  bool end_tuple() {
    return inner_.end_tuple();
  }
  bool begin_key_value_pair() {
    return inner_.begin_key_value_pair();
  }
  bool end_key_value_pair() {
    return inner_.end_key_value_pair();
  }
  template <class Size>
  bool begin_sequence(Size&& size) {
    return enter() && inner_.begin_sequence(size);
  }
  bool end_sequence() {
    nesting_.leave();
    return inner_.end_sequence();
  }
  template <class Size>
  bool begin_associative_array(Size&& size) {
    return enter() && inner_.begin_associative_array(size);
  }
  bool end_associative_array() {
    nesting_.leave();
    return inner_.end_associative_array();
  }

  /// Why the last value could not be written or read.
  caf::error failure() const {
    for (const auto* error : {&this->get_error(), &inner_.get_error()})
      if (*error)
        return *error;
    return caf::sec::runtime_error;
  }

protected:
  Inner inner_;

private:
  bool enter() {
    if (!nesting_.enter())
      this->emplace_error(caf::sec::invalid_argument);
    return !this->get_error();
  }

  nesting nesting_;
};

/// CAF's binary format, but for infinite numbers and those that are none: here they are the bits that IEEE 754 gives
/// them, as all other numbers are with CAF.
class serialiser final : public forwarder<caf::save_inspector_base<serialiser>, caf::binary_serializer> {
public:
  /// Appends to `bytes`.
  explicit serialiser(caf::byte_buffer& bytes) : forwarder(bytes) {}

  template <class T>
  bool value(const T& x) {
    return inner_.value(x);
  }
  bool value(float x) {
    return inner_.value(std::bit_cast<std::uint32_t>(x));
  }
  bool value(double x) {
    return inner_.value(std::bit_cast<std::uint64_t>(x));
  }
};

/// The inverse of `serialiser`. Takes any bytes: actors/value_bounds.hpp. There is no handle of an actor that it reads.
class deserialiser final : public forwarder<caf::load_inspector_base<deserialiser>, caf::binary_deserializer> {
public:
  explicit deserialiser(std::string_view bytes) : forwarder(bytes.data(), bytes.size()) {}

  std::size_t remaining() const {
    return inner_.remaining();
  }

  bool begin_sequence(std::size_t& size) {
    return forwarder::begin_sequence(size) && fits(size);
  }
  bool begin_associative_array(std::size_t& size) {
    return forwarder::begin_associative_array(size) && fits(size);
  }

  bool fetch_next_object_type(caf::type_id_t& type) {
    return inner_.fetch_next_object_type(type);
  }

  template <class T>
  bool value(T&& x) {
    return inner_.value(std::forward<T>(x));
  }
  bool value(float& x) {
    return read_bits<std::uint32_t>(x);
  }
  bool value(double& x) {
    return read_bits<std::uint64_t>(x);
  }
  bool value(long double& x) {
    // CAF writes it as text, but cannot read what is not finite.
    std::string text;
    if (!inner_.value(text))
      return false;
    char* end = nullptr;
    x = std::strtold(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size();
  }

private:
  bool fits(std::size_t elements) {
    if (!is_possible_length(elements, remaining()))
      this->emplace_error(caf::sec::end_of_stream);
    return !this->get_error();
  }

  template <class Bits, class Number>
  bool read_bits(Number& x) {
    Bits bits = 0;
    const auto is_read = inner_.value(bits);
    x = std::bit_cast<Number>(bits);
    return is_read;
  }
};

/// Whether a state or a message can have values of the type.
template <class T>
inline constexpr bool is_value =
  !std::is_same_v<decltype(caf::inspect_access_type<deserialiser, T>()), caf::inspector_access_type::none>;

/// Appends the values.
template <class... Ts>
caf::error write_values(std::string& bytes, const Ts&... values) {
  static_assert((is_value<Ts> && ...),
                "this type cannot be kept or sent: give it a function inspect (docs/embedding.md, States)");
  caf::byte_buffer written;
  serialiser sink{written};
  if (!(sink.apply(values) && ...))
    return sink.failure();
  bytes.append(reinterpret_cast<const char*>(written.data()), written.size());
  return {};
}

/// The inverse: `bytes` has to be these values, and nothing else.
template <class... Ts>
caf::error read_values(std::string_view bytes, Ts&... values) {
  deserialiser source{bytes};
  if (!(source.apply(values) && ...))
    return source.failure();
  return source.remaining() == 0 ? caf::error{} : caf::error{caf::sec::end_of_stream};
}

} // namespace detail

} // namespace ariadne
