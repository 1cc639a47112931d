#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What a journal costs while a node runs, and what it saves when one starts.
std::vector<row> storage_rows();

} // namespace ariadne::bench
