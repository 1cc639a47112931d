#include "crdt/fingerprint.hpp"

#include "crdt/mix.hpp"

namespace ariadne::crdt {

namespace {

std::uint64_t digest(const entry& e, std::uint64_t seed) {
  return mix(mix(mix(seed ^ e.dot.replica.value) + e.dot.counter) + e.stamp.value);
}

constexpr std::uint64_t low_seed = 0x9e3779b97f4a7c15;
constexpr std::uint64_t high_seed = 0xd1b54a32d192ed03;

} // namespace

void fingerprint::add(const entry& e) {
  if (e.expires_at_ms != 0)
    return;
  low += digest(e, low_seed);
  high += digest(e, high_seed);
}

void fingerprint::remove(const entry& e) {
  if (e.expires_at_ms != 0)
    return;
  low -= digest(e, low_seed);
  high -= digest(e, high_seed);
}

} // namespace ariadne::crdt
