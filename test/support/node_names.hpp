#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ariadne::test {

/// "a", "b" and so on: so many of them, 26 at most.
inline std::vector<std::string> node_names(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i)
    result.emplace_back(1, static_cast<char>('a' + i));
  return result;
}

} // namespace ariadne::test
