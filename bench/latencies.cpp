#include "bench/latencies.hpp"

#include <algorithm>
#include <cmath>

namespace ariadne::bench {

double latencies::percentile_us(double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(times_.size())));
  const auto position =
    times_.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, times_.size()) - 1);
  std::nth_element(times_.begin(), position, times_.end());
  return std::chrono::duration<double, std::micro>{*position}.count();
}

double median(std::vector<double> values) {
  const auto middle = values.size() / 2;
  std::sort(values.begin(), values.end());
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace ariadne::bench
