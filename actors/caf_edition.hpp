#pragma once

// The spellings in which the editions of CAF differ, kept here and in serialise.hpp. Today: CAF 0.17.

#include <caf/atom.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/typed_actor.hpp>

namespace ariadne {

/// One clause of a typed actor's interface: answers `Out` to a message of `In...`.
template <class Out, class... In>
using answers = typename caf::replies_to<In...>::template with<Out>;

/// One clause of a typed actor's interface that has no answer.
template <class... In>
using takes = caf::reacts_to<In...>;

/// Inspects the fields of a message struct under the name of its type.
template <class Inspector, class... Fields>
typename Inspector::result_type inspect_fields(Inspector& inspector, const char* type_name, Fields&... fields) {
  return inspector(caf::meta::type_name(type_name), fields...);
}

} // namespace ariadne
