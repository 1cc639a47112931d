#pragma once

#include <string_view>
#include <vector>

namespace ariadne::test {

/// Prints `measured: NAME = VALUE UNIT`: a figure of docs/reliability.md.
void measured(std::string_view name, double value, std::string_view unit);

/// Prints the median, the 99th percentile and the greatest of the values, as NAME p50, NAME p99 and NAME max.
void measured_spread(std::string_view name, std::vector<double> values, std::string_view unit);

} // namespace ariadne::test
