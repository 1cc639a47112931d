#include "crdt/dot.hpp"

namespace ariadne::crdt {

std::string to_string(replica_id id) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, id.value >>= 4)
    text[i] = digits[id.value & 0xf];
  return text;
}

std::string to_string(dot d) {
  return to_string(d.replica) + ':' + std::to_string(d.counter);
}

} // namespace ariadne::crdt
