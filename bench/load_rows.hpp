#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// How long acknowledged stashes take that come at a given rate, whether those before have been answered or not.
std::vector<row> load_rows();

} // namespace ariadne::bench
