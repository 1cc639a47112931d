#pragma once

#include "actors/caf_edition.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <string>
#include <string_view>

namespace ariadne {

/// Appends the serialised `value` to `bytes`. The value must not hold actor handles.
template <class T>
caf::error serialise(const T& value, std::string& bytes) {
  return detail::write_values(bytes, value);
}

/// The inverse of `serialise`: `bytes` has to be one value, and nothing else.
template <class T>
caf::error deserialise(std::string_view bytes, T& value) {
  return detail::read_values(bytes, value);
}

} // namespace ariadne
