#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace ariadne::bench {

/// The times of single operations. Every one is kept, so percentiles are exact: the smallest time that is not exceeded
/// by the given share of all (the nearest rank).
class latencies {
public:
  void reserve(std::size_t count) {
    times_.reserve(count);
  }

  void add(std::chrono::nanoseconds time) {
    times_.push_back(time);
  }

  void add_all(const latencies& more) {
    times_.insert(times_.end(), more.times_.begin(), more.times_.end());
  }

  std::size_t count() const {
    return times_.size();
  }

  /// In microseconds; `share` is above 0 and at most 1. Precondition: there are some.
  double percentile_us(double share);

private:
  std::vector<std::chrono::nanoseconds> times_;
};

/// The middle of `values`, or the mean of the two in the middle. Precondition: there are some.
double median(std::vector<double> values);

} // namespace ariadne::bench
