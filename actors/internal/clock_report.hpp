#pragma once

#include "crdt/guarded_clock.hpp"

#include <cstdint>
#include <string>

namespace ariadne {

/// Milliseconds since the Unix epoch by the wall clock, which may jump.
std::uint64_t wall_clock_ms();

/// Milliseconds by a clock that never jumps, and goes on while the machine is suspended.
std::uint64_t steady_clock_ms();

/// Why the wall clock is not believed, in one sentence without a final stop; empty if it is.
std::string describe_doubt(const crdt::guarded_clock& guard);

/// "12.3 s ahead", "0.5 s behind".
std::string describe_ahead(std::int64_t ahead_ms);

} // namespace ariadne
