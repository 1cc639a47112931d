#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// The speed of the pure core, on one thread, in processor time, beside what a std::unordered_map or memcpy needs for
/// the same.
std::vector<row> core_rows();

/// The same for maps of a thousand to a million keys.
std::vector<row> core_scaling_rows();

/// What a key costs in memory, and a change on the wire, beyond key and value.
std::vector<row> overhead_rows();

/// What a key costs in memory, for maps of a thousand to a million keys.
std::vector<row> memory_scaling_rows();

} // namespace ariadne::bench
