#include "crdt/hybrid_clock.hpp"

#include <algorithm>

namespace ariadne::crdt {

std::string to_string(stamp s) {
  return std::to_string(s.millis()) + '.' + std::to_string(s.value & 0xffff);
}

stamp hybrid_clock::issue(std::uint64_t now_ms) {
  last_.value = std::max(now_ms << 16, last_.value + 1);
  return last_;
}

} // namespace ariadne::crdt
