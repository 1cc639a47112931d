#pragma once

#include "app/output/exit_code.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>

namespace ariadne {

/// What has become of a request that has failed.
enum class request_fate {
  /// It was answered with an error, or could not be made.
  refused,
  /// It has certainly not been handled, and another node may be asked.
  undone,
  /// It may have been handled or not.
  unknown,
};

/// Why something failed, and with what the program ends if nobody helps.
struct failure {
  // Implicit, so that a sentence is a failure.
  failure(std::string why, exit_code end = exit_code::failed) : text(std::move(why)), code(end) {}

  /// One sentence without a final stop.
  std::string text;
  exit_code code;
  request_fate fate = request_fate::refused;
};

template <class T>
using fallible = tl::expected<T, failure>;

} // namespace ariadne
