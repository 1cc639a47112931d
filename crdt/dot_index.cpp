#include "crdt/dot_index.hpp"

namespace ariadne::crdt {

void dot_index::erase(dot d) {
  auto position = tails_.find(d.replica);
  if (position == tails_.end())
    return;
  position->second.erase(d.counter);
  if (position->second.empty())
    tails_.erase(position);
}

std::pair<std::uint64_t, keyed_register*> dot_index::next(replica_id replica, std::uint64_t after) const {
  auto tail = tails_.find(replica);
  if (tail == tails_.end())
    return {0, nullptr};
  auto position = tail->second.upper_bound(after);
  if (position == tail->second.end())
    return {0, nullptr};
  return *position;
}

std::uint64_t dot_index::highest(replica_id replica) const {
  auto tail = tails_.find(replica);
  return tail == tails_.end() ? 0 : tail->second.rbegin()->first;
}

} // namespace ariadne::crdt
