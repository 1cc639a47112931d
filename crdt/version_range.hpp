#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace ariadne::crdt {

/// The versions of a protocol that a program speaks: all from `min` to `max`. From a stranger it may be empty, with
/// `min` above `max`.
struct version_range {
  std::uint32_t min = 0;
  std::uint32_t max = 0;

  bool contains(std::uint32_t version) const {
    return min <= version && version <= max;
  }

  friend bool operator==(const version_range&, const version_range&) = default;
};

/// What two programs speak with each other; nothing if they have no version in common.
inline std::optional<std::uint32_t> greatest_common(const version_range& left, const version_range& right) {
  const auto greatest = std::min(left.max, right.max);
  return left.contains(greatest) && right.contains(greatest) ? std::optional{greatest} : std::nullopt;
}

/// "version 6", or "versions 6 to 8".
inline std::string to_string(const version_range& versions) {
  const auto max = std::to_string(versions.max);
  return versions.min == versions.max ? "version " + max : "versions " + std::to_string(versions.min) + " to " + max;
}

} // namespace ariadne::crdt
