#include "crdt/neighbour_links.hpp"

#include <algorithm>

namespace ariadne::crdt {

void neighbour_links::close(link_id id) {
  auto closed = links_.extract(id);
  if (closed)
    disks_.part(closed.mapped().node, closed.mapped().neighbour, [this](replica_id other) { return reaches(other); });
}

void neighbour_links::note_disk(const neighbour_link& link, const hello& message) {
  const auto is_linked = [this](replica_id other) { return reaches(other); };
  if (message.has_journal)
    disks_.introduce(link.node, link.neighbour, message.durable, is_linked);
  else if (link.version >= codec_version_with_journals)
    disks_.dismiss(link.node, link.neighbour, is_linked);
}

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
