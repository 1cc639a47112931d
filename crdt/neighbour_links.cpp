#include "crdt/neighbour_links.hpp"

#include <algorithm>

namespace ariadne::crdt {

bool neighbour_links::reaches(replica_id replica) const {
  return std::any_of(links_.begin(), links_.end(), [&](const auto& item) { return item.second.neighbour == replica; });
}

version_vector neighbour_links::known_of(replica_id replica) const {
  version_vector result;
  for (const auto& [id, link] : links_)
    if (link.neighbour == replica)
      result.join(link.known);
  return result;
}

std::uint64_t neighbour_links::known_of(replica_id replica, replica_id origin) const {
  std::uint64_t highest = 0;
  for (const auto& [id, link] : links_)
    if (link.neighbour == replica)
      highest = std::max(highest, link.known[origin]);
  return highest;
}

std::vector<replica_id> neighbour_links::sources() const {
  std::vector<replica_id> result;
  for (const auto& [id, link] : links_)
    if (link.pushes)
      result.push_back(link.neighbour);
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace ariadne::crdt
