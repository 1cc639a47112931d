#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// The speed of the pure core, on one thread, in processor time, beside what a std::unordered_map or memcpy needs for
/// the same.
std::vector<row> core_rows();

/// What a key costs in memory, and a change on the wire, beyond key and value.
std::vector<row> overhead_rows();

} // namespace ariadne::bench
