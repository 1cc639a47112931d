#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace ariadne {

/// Counts times in buckets, each a thirty-second wider than where it begins: so any number of them takes 16 KiB, and a
/// percentile is at most 3.2 % too great. Times of an hour and more count as an hour, but for the greatest. As in
/// HdrHistogram, of which Debian 12 has no package. Not thread-safe.
class latency_histogram {
public:
  using duration = std::chrono::nanoseconds;

  latency_histogram();

  void add(duration time);
  void add(const latency_histogram& others);

  std::uint64_t count() const {
    return count_;
  }

  /// A time that the given share of all do not exceed, above 0 and at most 1 (the nearest rank). 0 if there are none.
  duration percentile(double share) const;

  /// As it was added; 0 if there are none.
  duration greatest() const {
    return greatest_;
  }

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  duration greatest_{};
};

} // namespace ariadne
