#include "membership/topology.hpp"

#include <algorithm>
#include <iterator>

namespace ariadne::membership {

std::set<std::string> topology::neighbours_of(const std::string& self, const std::set<std::string>& up) const {
  if (up.empty() || is == shape::mesh)
    return up;
  if (is == shape::ring) {
    const auto after = up.upper_bound(self);
    const auto before = after == up.begin() ? up.end() : after;
    return {*std::prev(before), after == up.end() ? *up.begin() : *after};
  }
  std::set<std::string> result;
  std::copy_if(up.begin(), up.end(), std::inserter(result, result.end()),
               [this](const std::string& node) { return neighbours.contains(node) || !nodes.contains(node); });
  return result.empty() ? up : result;
}

} // namespace ariadne::membership
