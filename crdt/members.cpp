#include "crdt/members.hpp"

#include "crdt/passed_time.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ariadne::crdt {

namespace {

/// A neighbour takes in a large value if something of what is on its way to it has arrived so lately.
constexpr std::uint64_t taking_ms_max = 60'000;

} // namespace

void members::look_for_stragglers(const knowledge& here, const neighbour_links& links, std::uint64_t now_ms) {
  stragglers_.look(
    ids_, here.vector(), now_ms, [&](replica_id member) { return links.known_of(member); },
    [&](replica_id member) {
      return std::any_of(links.begin(), links.end(), [&](const auto& item) {
        const auto& link = item.second;
        return link.neighbour == member && link.values.is_under_way() && link.window.is_in_flight()
               && !has_passed(taking_ms_max, link.progress_ms, now_ms);
      });
    });
}

std::vector<replica_id> members::holders(const neighbour_links& links, dot d) const {
  std::set<replica_id> found;
  for (const auto& [id, link] : links)
    if (ids_.contains(link.neighbour) && link.known.covers(d))
      found.insert(link.neighbour);
  return {found.begin(), found.end()};
}

std::uint64_t members::acknowledged_by_all(const knowledge& here, const neighbour_links& links, replica_id own) const {
  auto lowest = here.vector()[own];
  for (auto member : ids_)
    lowest = std::min(lowest, links.known_of(member, own));
  return lowest;
}

version_vector members::stable_vector(const knowledge& here, const neighbour_links& links) const {
  auto stable = here.vector();
  std::map<replica_id, version_vector> acknowledged;
  for (const auto& [id, link] : links) {
    if (link.out)
      stable = link.out->forgettable_of(std::move(stable));
    if (ids_.contains(link.neighbour))
      acknowledged[link.neighbour].join(link.known);
  }
  for (auto member : ids_)
    if (!stragglers_.contains(member))
      stable = meet(stable, acknowledged[member]);
  return links.disks().durable_of(std::move(stable));
}

std::vector<dot> members::over(const aw_lww_map& map, const knowledge& here, const neighbour_links& links) const {
  std::vector<dot> result;
  if (!std::all_of(ids_.begin(), ids_.end(), [&](replica_id member) { return links.reaches(member); }))
    return result;
  for (const auto& last : here.vector()) {
    // What has been forgotten elsewhere must not be forgotten to be so before it has arrived here.
    if (!here.is_own(last.replica) && !ids_.contains(last.replica) && !ids_.contains(twin_of(last.replica))
        && map.index().highest(last.replica) == 0 && here.forgotten()[last.replica] <= last.counter
        && links.disks().cover(last)
        && std::all_of(links.begin(), links.end(), [&](const auto& item) { return item.second.has_all_up_to(last); }))
      result.push_back(last);
  }
  return result;
}

} // namespace ariadne::crdt
