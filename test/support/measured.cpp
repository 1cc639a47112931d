#include "test/support/measured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace ariadne::test {

void measured(std::string_view name, double value, std::string_view unit) {
  fmt::print("measured: {} = {:.6g} {}\n", name, value, unit);
  std::fflush(stdout);
}

void measured_spread(std::string_view name, std::vector<double> values, std::string_view unit) {
  if (values.empty())
    return;
  std::sort(values.begin(), values.end());
  measured(fmt::format("{} p50", name), values[(values.size() - 1) / 2], unit);
  measured(fmt::format("{} p99", name), values[(values.size() - 1) * 99 / 100], unit);
  measured(fmt::format("{} max", name), values.back(), unit);
}

} // namespace ariadne::test
