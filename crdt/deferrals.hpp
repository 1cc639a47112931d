#pragma once

#include "crdt/passed_time.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_map.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// The events that are not sent to a neighbour, since it gets them straight from the replicas that have made them, its
/// *sources*. In a mesh, most of what it lacks is on its way from there already. But nobody is waited for for ever: if
/// the neighbour still lacks the same events when the patience is over, they are forwarded.
class deferrals {
public:
  /// The replicas that send their changes straight to the neighbour, in any order.
  void set_sources(std::vector<replica_id> sources) {
    sources_ = std::move(sources);
    std::sort(sources_.begin(), sources_.end());
  }

  /// Whether events of `origin` are left to it for the moment. A source sends those of its twin, too.
  bool contains(replica_id origin) const {
    if (!is_source(origin) && !is_source(twin_of(origin)))
      return false;
    const auto position = by_origin_.find(origin);
    return position == by_origin_.end() || !position->second.is_overdue;
  }

  /// Time has passed. `here`: the version vector of this replica; `there`: what the neighbour is known to have.
  void age(const version_vector& here, const version_vector& there, std::uint64_t patience_ms, std::uint64_t now_ms) {
    for (auto source : sources_)
      for (auto origin : {source, twin_of(source)})
        age(origin, here[origin], there[origin], patience_ms, now_ms);
  }

private:
  struct deferral {
    /// The neighbour lacked the events up to this counter...
    std::uint64_t counter = 0;
    /// ... since this time.
    std::uint64_t since_ms = 0;
    /// The patience is over: they are forwarded.
    bool is_overdue = false;
  };

  bool is_source(replica_id id) const {
    return std::binary_search(sources_.begin(), sources_.end(), id);
  }

  void age(replica_id origin, std::uint64_t here, std::uint64_t there, std::uint64_t patience_ms,
           std::uint64_t now_ms) {
    const auto position = by_origin_.find(origin);
    if (here <= there) {
      if (position != by_origin_.end())
        by_origin_.erase(position);
    } else if (position == by_origin_.end() || there >= position->second.counter) {
      by_origin_[origin] = {here, now_ms, false};
    } else if (has_passed(patience_ms, position->second.since_ms, now_ms)) {
      position->second.is_overdue = true;
    }
  }

  /// Sorted.
  std::vector<replica_id> sources_;
  absl::btree_map<replica_id, deferral> by_origin_;
};

} // namespace ariadne::crdt
