#pragma once

#include "bench/row.hpp"

#include <vector>

namespace ariadne::bench {

/// What TLS costs: the floor of each row is the same with plain connections, measured by turns.
std::vector<row> tls_rows();

} // namespace ariadne::bench
