#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace ariadne::crdt {

/// One incarnation of a replica: 64 random bits, drawn anew at every start, so that a restarted node never reuses
/// a dot. The value 0 is reserved and names nobody; so is its twin.
struct replica_id {
  std::uint64_t value = 0;

  friend auto operator<=>(const replica_id&, const replica_id&) = default;

  template <class Hash>
  friend Hash AbslHashValue(Hash hash, const replica_id& id) {
    return Hash::combine(std::move(hash), id.value);
  }
};

/// The other id of the same incarnation: large values get their dots from it, so that the version vector says of small
/// ones that they are there, while large ones are still on their way. The twin of the twin is the id itself.
constexpr replica_id twin_of(replica_id id) {
  return {id.value ^ (std::uint64_t{1} << 63)};
}

/// Sixteen hexadecimal digits.
std::string to_string(replica_id id);

/// Names one write event, a put or an erase (Almeida, Shoker, Baquero: Delta State Replicated Data Types, 2018,
/// section 7.2). The counters of a replica are 1, 2, 3, ...; the counter 0 names no event.
struct dot {
  replica_id replica;
  std::uint64_t counter = 0;

  friend auto operator<=>(const dot&, const dot&) = default;
};

/// `replica:counter`.
std::string to_string(dot d);

} // namespace ariadne::crdt
