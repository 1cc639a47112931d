#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What nodes do together, each a process of its own: this one, as an application that embeds a node, and the program
/// `ariadne`.
std::vector<row> cluster_rows();

/// How that changes with the number of nodes and keys and the size of values, and what a cluster costs in which nothing
/// happens.
std::vector<row> scaling_rows();

} // namespace ariadne::bench
