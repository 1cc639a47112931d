#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What nodes do together, each a process of its own: this one, as an application that embeds a node, and the program
/// `ariadne`.
std::vector<row> cluster_rows();

} // namespace ariadne::bench
