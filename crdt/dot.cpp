#include "crdt/dot.hpp"

#include <charconv>

namespace ariadne::crdt {

std::string to_string(replica_id id) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, id.value >>= 4)
    text[i] = digits[id.value & 0xf];
  return text;
}

replica_id replica_id_from_string(const std::string& text) {
  replica_id id;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value, 16);
  if (text.size() != 16 || error != std::errc{} || end != text.data() + text.size())
    return {};
  return id;
}

std::string to_string(dot d) {
  return to_string(d.replica) + ':' + std::to_string(d.counter);
}

} // namespace ariadne::crdt
