#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne {

/// Reads a duration as people write it: a whole number and a unit, "ms", "s", "m" or "h", such as "250ms" or "5s".
/// Nothing for any other text, and for more than a year.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The inverse of `parse_duration`, in the largest unit that leaves a whole number.
std::string to_string(std::chrono::milliseconds duration);

} // namespace ariadne
