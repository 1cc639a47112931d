#include "crdt/fingerprint.hpp"

#include "crdt/mix.hpp"

namespace ariadne::crdt {

namespace {

std::uint64_t digest(dot d, stamp s, std::uint64_t seed) {
  return mix(mix(mix(seed ^ d.replica.value) + d.counter) + s.value);
}

constexpr std::uint64_t low_seed = 0x9e3779b97f4a7c15;
constexpr std::uint64_t high_seed = 0xd1b54a32d192ed03;

} // namespace

void fingerprint::add(dot d, stamp s) {
  low += digest(d, s, low_seed);
  high += digest(d, s, high_seed);
}

void fingerprint::remove(dot d, stamp s) {
  low -= digest(d, s, low_seed);
  high -= digest(d, s, high_seed);
}

} // namespace ariadne::crdt
