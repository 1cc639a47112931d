#pragma once

#include <cstdint>

namespace ariadne::crdt {

/// Spreads the bits of `x` over the whole result, one to one: the finaliser of splitmix64 (Steele, Lea, Flood: Fast
/// Splittable Pseudorandom Number Generators, 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

} // namespace ariadne::crdt
