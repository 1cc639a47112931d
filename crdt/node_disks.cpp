#include "crdt/node_disks.hpp"

#include "crdt/passed_time.hpp"

#include <algorithm>

namespace ariadne::crdt {

void node_disks::restore(const std::map<std::string, version_vector>& disks) {
  for (const auto& [node, durable] : disks)
    add(node, {}, durable);
}

void node_disks::add(const std::string& node, replica_id incarnation, const version_vector& durable) {
  if (disks_.size() < incarnations_max)
    disks_.try_emplace({node, incarnation});
  learn(node, incarnation, durable);
}

void node_disks::learn(const std::string& node, replica_id incarnation, const version_vector& risen) {
  if (const auto found = disks_.find({node, incarnation}); found != disks_.end())
    found->second.has_moved |= found->second.durable.join(risen);
}

void node_disks::look(const version_vector& here, std::uint64_t widened, std::uint64_t now_ms) {
  for (auto& [name, d] : disks_) {
    if (std::exchange(d.has_moved, false) || d.durable.covers(here)) {
      d.since_ms = now_ms;
      d.widened = widened;
      d.counts = true;
    } else if (has_passed(patience_.span_ms, std::min(d.since_ms, now_ms), now_ms)
               || widened - d.widened >= patience_.registers) {
      d.counts = false;
    }
  }
}

version_vector node_disks::durable_of(version_vector vector) const {
  for (const auto& [name, d] : disks_)
    if (d.counts)
      vector = meet(vector, d.durable);
  return vector;
}

bool node_disks::cover(dot last) const {
  return std::all_of(disks_.begin(), disks_.end(),
                     [&](const auto& item) { return !item.second.counts || item.second.durable.covers(last); });
}

const version_vector* node_disks::durable_at(replica_id incarnation) const {
  const auto found =
    std::find_if(disks_.begin(), disks_.end(), [&](const auto& item) { return item.first.second == incarnation; });
  return found == disks_.end() ? nullptr : &found->second.durable;
}

std::map<std::string, version_vector> node_disks::of_others(replica_id self, const version_vector& retired) const {
  std::map<std::string, version_vector> result;
  for (const auto& [name, d] : disks_) {
    if (name.second == self)
      continue;
    const auto [found, is_new] = result.emplace(name.first, d.durable);
    if (!is_new)
      found->second = meet(found->second, d.durable);
  }
  for (auto& [node, durable] : result)
    durable.erase_if([&](dot d) { return retired[d.replica] != 0; });
  return result;
}

} // namespace ariadne::crdt
