#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What it costs to look at a node by HTTP.
std::vector<row> admin_rows();

} // namespace ariadne::bench
