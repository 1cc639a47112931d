#pragma once

#include "actors/internal/event_ids.hpp"
#include "actors/internal/replica_messages.hpp"
#include "crdt/fenced_write.hpp"

#include <vector>

namespace ariadne {

/// What stands under a key, as the core has it.
inline std::vector<crdt::live_entry> to_entries(const live_values& found) {
  std::vector<crdt::live_entry> result;
  for (const auto& v : found.values)
    result.push_back({to_dot(v.event), crdt::shared_bytes{v.value}});
  return result;
}

} // namespace ariadne
