#pragma once

#include "test/support/node_client.hpp"

#include <map>
#include <string>

namespace ariadne::test {

/// Waits until these nodes see each other, and nobody else, as up, are neighbours of each other, and have caught up.
/// Throws std::runtime_error if that does not happen.
void wait_until_settled(const std::map<std::string, node_client*>& nodes);

} // namespace ariadne::test
