#pragma once

#include <compare>
#include <cstdint>

namespace ariadne::session {

/// One run of a session on one start of a host, which counts its runs from 1 on. 0 names none.
struct run_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const run_id&, const run_id&) = default;
};

} // namespace ariadne::session
