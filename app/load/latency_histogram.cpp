#include "app/load/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace ariadne {

namespace {

constexpr unsigned precision_bits = 5;
constexpr std::uint64_t parts = std::uint64_t{1} << precision_bits;
constexpr std::chrono::nanoseconds most = std::chrono::hours{1};

/// Below `parts` each number has a bucket of its own; above, each power of two has `parts` of them.
constexpr std::size_t bucket_of(std::uint64_t ns) {
  if (ns < parts)
    return ns;
  const auto shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - precision_bits;
  return static_cast<std::size_t>((shift + 1) * parts + (ns >> shift) - parts);
}

/// The greatest number in the bucket.
constexpr std::uint64_t end_of(std::size_t bucket) {
  if (bucket < parts)
    return bucket;
  const auto shift = bucket / parts - 1;
  return ((bucket % parts + parts + 1) << shift) - 1;
}

} // namespace

latency_histogram::latency_histogram() : buckets_(bucket_of(static_cast<std::uint64_t>(most.count())) + 1) {}

void latency_histogram::add(duration time) {
  greatest_ = std::max(greatest_, time);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(std::clamp(time, duration{}, most).count()))];
  ++count_;
}

void latency_histogram::add(const latency_histogram& others) {
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    buckets_[i] += others.buckets_[i];
  count_ += others.count_;
  greatest_ = std::max(greatest_, others.greatest_);
}

latency_histogram::duration latency_histogram::percentile(double share) const {
  const auto rank =
    std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if (before += buckets_[i]; before >= rank)
      return std::min(greatest_, duration{static_cast<duration::rep>(end_of(i))});
  return greatest_;
}

} // namespace ariadne
