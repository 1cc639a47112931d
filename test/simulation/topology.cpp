#include "test/simulation/topology.hpp"

#include <utility>

namespace ariadne::simulation {

std::vector<edge> connect(topology t, std::vector<std::size_t> slots, random_source& random) {
  auto n = slots.size();
  for (auto i = n; i > 1; --i)
    std::swap(slots[i - 1], slots[random.below(i)]);
  std::vector<edge> edges;
  auto add = [&](std::size_t i, std::size_t j, bool back = true) { edges.push_back({slots[i], slots[j], true, back}); };
  switch (t) {
    case topology::mesh:
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j)
          add(i, j);
      break;
    case topology::line:
      for (std::size_t i = 1; i < n; ++i)
        add(i - 1, i);
      break;
    case topology::ring:
      for (std::size_t i = 1; i < n; ++i)
        add(i - 1, i);
      if (n > 2)
        add(n - 1, 0);
      break;
    case topology::star:
      for (std::size_t i = 1; i < n; ++i)
        add(0, i);
      break;
    case topology::random:
      for (std::size_t i = 1; i < n; ++i)
        for (std::size_t j = 0, always = random.below(i); j < i; ++j)
          if (j == always)
            add(j, i);
          else if (random.chance(30))
            add(j, i, random.chance(50));
      break;
    case topology::directed_ring:
      for (std::size_t i = 1; i < n; ++i)
        add(i - 1, i, n == 2);
      if (n > 2)
        add(n - 1, 0, false);
      break;
  }
  return edges;
}

topology pick_topology(random_source& random) {
  return random.pick({topology::mesh, topology::mesh, topology::line, topology::ring, topology::star, topology::random,
                      topology::directed_ring});
}

std::string to_string(topology t) {
  switch (t) {
    case topology::mesh:
      return "mesh";
    case topology::line:
      return "line";
    case topology::ring:
      return "ring";
    case topology::star:
      return "star";
    case topology::random:
      return "random graph";
    case topology::directed_ring:
      return "ring of one direction";
  }
  return "?";
}

} // namespace ariadne::simulation
