#include "test/session_simulation/record_book.hpp"

#include "test/simulation/history.hpp"

#include <algorithm>
#include <string>

namespace ariadne::session_simulation {

using simulation::violation;

namespace {

std::string name(const session::session_key& key, std::uint64_t epoch) {
  return key.kind + "/" + key.id + " in epoch " + std::to_string(epoch);
}

} // namespace

void record_book::started(const session::session_key& key, std::uint64_t epoch, const session::host_id& owner) {
  const auto& first = owners_.try_emplace({key, epoch}, owner).first->second;
  if (first != owner)
    throw violation{"no epoch has two owners",
                    name(key, epoch) + " runs on " + owner.node + ", and ran on " + first.node};
}

void record_book::check_takeover(const session::session_key& key, const session::session_record& record) const {
  const auto durable = durable_.find(key);
  if (durable == durable_.end())
    return;
  const auto& writes = writes_.at(key);
  // Whoever starts what has ended begins anew.
  if (std::none_of(writes.begin(), writes.end(), [&](const written& w) {
        return w.record.rank() >= durable->second
               && (w.record.state == record.state || w.record.phase == session::session_phase::stopped);
      }))
    throw violation{"sessions go on from their last durable checkpoint", name(key, record.epoch)};
}

void record_book::wrote(const session::session_key& key, crdt::dot event, const session::session_record& record) {
  auto& writes = writes_[key];
  writes.push_back({event, record, {}});
  for (auto& node : pending_)
    node.emplace_back(key, writes.size() - 1);
}

void record_book::kept(std::size_t node, const crdt::version_vector& events) {
  std::erase_if(pending_[node], [&](const place& at) {
    auto& w = writes_.at(at.first)[at.second];
    if (!events.covers(w.event))
      return false;
    w.nodes.insert(node);
    if (2 * w.nodes.size() > pending_.size())
      durable_[at.first] = std::max(durable_[at.first], w.record.rank());
    return true;
  });
}

void record_book::lost_all_but(std::size_t node, const crdt::version_vector& events) {
  durable_.clear();
  for (auto& [key, writes] : writes_)
    for (std::size_t i = 0; i < writes.size(); ++i) {
      auto& w = writes[i];
      if (!events.covers(w.event) && w.nodes.erase(node) != 0)
        pending_[node].emplace_back(key, i);
      if (2 * w.nodes.size() > pending_.size())
        durable_[key] = std::max(durable_[key], w.record.rank());
    }
}

} // namespace ariadne::session_simulation
