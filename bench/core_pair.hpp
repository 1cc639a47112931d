#pragma once

#include "crdt/replica.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::bench {

/// The wall clock of rows that need none.
constexpr std::uint64_t core_now_ms = 1'700'000'000'000;

crdt::replica_options core_options(std::uint64_t id);

/// Writes a value of `bytes` bytes under each of `keys`.
void fill(crdt::replica& target, const std::vector<std::string>& keys, std::size_t bytes);

/// What two replicas have sent each other.
struct traffic {
  std::size_t frames = 0;
  std::size_t bytes = 0;
  /// How often the direction has changed, there and back being one.
  std::size_t round_trips = 0;
};

/// Carries all frames between two replicas that are neighbours over `link`, until none is left.
traffic exchange(crdt::replica& left, crdt::replica& right, crdt::link_id link);

} // namespace ariadne::bench
