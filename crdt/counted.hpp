#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ariadne::crdt {

/// "1 key", "2 keys": `thing` takes an s.
inline std::string counted(std::uint64_t count, std::string_view thing) {
  return std::to_string(count).append(" ").append(thing).append(count == 1 ? "" : "s");
}

} // namespace ariadne::crdt
