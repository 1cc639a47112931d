#pragma once

#include "actors/caf_edition.hpp"
#include "actors/network_security.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include <concepts>
#include <type_traits>
#include <vector>

namespace ariadne {

/// One clause of an interface that clients may use.
struct exposed_clause {
  /// A message of the clause, whatever its values are.
  caf::message sample;
  bool begins_with_atom = false;
};

namespace detail {

template <class T>
concept actor_handle = std::same_as<T, caf::actor> || std::same_as<T, caf::actor_addr> || std::same_as<
  T, caf::strong_actor_ptr> || std::same_as<T, caf::weak_actor_ptr> || requires {
  typename T::signatures;
};

template <class... In>
inline constexpr bool begin_with_atom = false;
template <class First, class... In>
inline constexpr bool begin_with_atom<First, In...> = is_atom<std::decay_t<First>>;

template <class... In>
exposed_clause sample_of(types<In...>) {
  static_assert((std::default_initializable<std::decay_t<In>> && ...),
                "what clients may send is made of types that can be made of nothing");
  static_assert((!actor_handle<std::decay_t<In>> && ...), "what clients may send has no handles of actors");
  return {caf::make_message(std::decay_t<In>{}...), begin_with_atom<In...>};
}

template <template <class...> class List, class... Clauses>
std::vector<exposed_clause> samples_of(const List<Clauses...>*) {
  return {sample_of(typename clause_types<Clauses>::inputs{})...};
}

} // namespace detail

/// Lets clients, and operators, send what `Interface` takes: `security.exposed.push_back(expose<auction_actor>())`.
/// They find the actor by its name in the actor registry, as a service of the node (`options.services`), and no other
/// actor of the application is reached by them. The contents of its clauses have no handles of actors, and can be made
/// of nothing.
template <class Interface>
exposed_interface expose() {
  return {[] { return detail::samples_of(static_cast<const typename Interface::signatures*>(nullptr)); }};
}

} // namespace ariadne
