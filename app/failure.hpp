#pragma once

#include "app/exit_code.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace ariadne {

/// Why a command failed, and with what the program ends therefore.
struct failure {
  // Implicit, so that a sentence is a failure.
  failure(std::string why, exit_code end = exit_code::failed) : text(std::move(why)), code(end) {}

  /// One sentence without a final stop.
  std::string text;
  exit_code code;
};

template <class T>
using fallible = tl::expected<T, failure>;

} // namespace ariadne
