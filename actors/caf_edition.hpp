#pragma once

// The spellings in which the editions of CAF differ, kept in this one place. Today: CAF 0.17.

#include <caf/atom.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/error.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/sec.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <string_view>
#include <utility>

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

/// Appends the serialised `value` to `bytes`. The value must not hold actor handles.
template <class T>
caf::error serialise(const T& value, std::string& bytes) {
  caf::serializer_impl<std::string> sink{nullptr, bytes};
  return sink(value);
}

/// The inverse of `serialise`: `bytes` has to be one value, and nothing else.
template <class T>
caf::error deserialise(std::string_view bytes, T& value) {
  caf::binary_deserializer source{nullptr, bytes.data(), bytes.size()};
  if (auto error = source(value))
    return error;
  return source.remaining() == 0 ? caf::error{} : caf::error{caf::sec::end_of_stream};
}

} // namespace ariadne
