#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What one node does by itself, beside an actor that answers the same messages and does nothing.
std::vector<row> node_rows();

} // namespace ariadne::bench
