#pragma once

#include "crdt/mix.hpp"

#include <cstdint>
#include <initializer_list>

namespace ariadne::simulation {

/// A seeded source of random numbers that gives the same ones on every platform (splitmix64).
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(crdt::mix(seed + increment)) {}

  std::uint64_t next() {
    return crdt::mix(state_ += increment);
  }

  /// A number from 0 to `bound - 1`; 0 if `bound` is 0.
  std::uint64_t below(std::uint64_t bound) {
    return bound == 0 ? 0 : next() % bound;
  }

  /// A number from `low` to `high`.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }

  /// True in `percent` of 100 cases.
  bool chance(std::uint64_t percent) {
    return below(100) < percent;
  }

  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

private:
  static constexpr std::uint64_t increment = 0x9e3779b97f4a7c15;

  std::uint64_t state_;
};

} // namespace ariadne::simulation
