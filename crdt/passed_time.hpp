#pragma once

#include <cstdint>

namespace ariadne::crdt {

/// Whether `span_ms` have passed since `since_ms`; also if the clock has jumped back, for then nobody knows.
constexpr bool has_passed(std::uint64_t span_ms, std::uint64_t since_ms, std::uint64_t now_ms) {
  return now_ms < since_ms || now_ms - since_ms >= span_ms;
}

} // namespace ariadne::crdt
