#pragma once

#include "crdt/replica.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace ariadne::test {

/// The keys of the events that not all members of `replica` have acknowledged, sorted.
inline std::vector<std::string> unacknowledged_keys(const crdt::replica& replica) {
  std::vector<std::string> result;
  for (auto own : replica.ids_of_node())
    for (auto& event : replica.own_events_beyond({own, replica.acknowledged_by_members(own)},
                                                 std::numeric_limits<std::size_t>::max()))
      result.push_back(std::move(event.key));
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace ariadne::test
