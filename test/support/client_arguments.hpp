#pragma once

#include "actors/endpoint.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// The arguments of a command that asks a node: with its address, and, if they have no timeout, with one that a busy
/// machine does not reach, unlike the program's own.
inline std::vector<std::string> client_arguments(const endpoint& node, std::vector<std::string> arguments) {
  if (std::find(arguments.begin(), arguments.end(), "--timeout") == arguments.end())
    arguments.insert(arguments.end(), {"--timeout", "20s"});
  arguments.insert(arguments.end(), {"--node", to_string(node)});
  return arguments;
}

} // namespace ariadne::test
