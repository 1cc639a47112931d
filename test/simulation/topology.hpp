#pragma once

#include "test/simulation/random_source.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ariadne::simulation {

/// How neighbours are connected. All of these let every event reach every replica.
enum class topology { mesh, line, ring, star, random, directed_ring };

/// Two neighbours, and which of them push to the other.
struct edge {
  std::size_t a = 0;
  std::size_t b = 0;
  bool a_pushes = true;
  bool b_pushes = true;
};

/// Connects `slots`, in random order.
std::vector<edge> connect(topology t, std::vector<std::size_t> slots, random_source& random);

topology pick_topology(random_source& random);

std::string to_string(topology t);

} // namespace ariadne::simulation
