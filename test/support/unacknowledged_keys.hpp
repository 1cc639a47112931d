#pragma once

#include "crdt/replica.hpp"

#include <string>
#include <vector>

namespace ariadne::test {

/// The keys of the events that not all members of `replica` have acknowledged, sorted.
inline std::vector<std::string> unacknowledged_keys(const crdt::replica& replica) {
  std::vector<std::string> result;
  for (auto& event : replica.own_events_beyond(replica.acknowledged_by_members()))
    result.push_back(std::move(event.key));
  return result;
}

} // namespace ariadne::test
