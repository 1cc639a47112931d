#pragma once

#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

namespace ariadne::crdt {

/// The members that have not come to have what was known here a while ago: they are refused, refuse, or cannot follow.
/// Nobody can be kept from forgetting by them for ever; they get the full state when they follow again.
///
/// Of each member it holds one version vector of this replica, with its time. Once the member has acknowledged all of
/// it, a new one is taken; if that takes longer than the patience, the member is a straggler until it has.
class stragglers {
public:
  explicit stragglers(std::uint64_t patience_ms) : patience_ms_(patience_ms) {}

  /// `acknowledged(member)` answers the version vector that the member is known to have, `is_taking(member)` whether
  /// it takes in a large value, which may take hours. The replica's own vector is `vector`.
  template <class Acknowledged, class Predicate>
  void look(const std::set<replica_id>& members, const version_vector& vector, std::uint64_t now_ms,
            Acknowledged acknowledged, Predicate is_taking) {
    std::erase_if(progress_, [&](const auto& entry) { return !members.contains(entry.first); });
    for (auto member : members) {
      auto [position, is_new] = progress_.try_emplace(member, progress{vector, now_ms, false});
      auto& p = position->second;
      if (!is_new && lacks(p.goal, vector, acknowledged(member))) {
        // The clock may have been set back.
        p.since_ms = is_taking(member) ? now_ms : std::min(p.since_ms, now_ms);
        p.is_late = now_ms - p.since_ms >= patience_ms_;
      } else {
        p = {vector, now_ms, false};
      }
    }
  }

  bool contains(replica_id member) const {
    const auto found = progress_.find(member);
    return found != progress_.end() && found->second.is_late;
  }

private:
  struct progress {
    /// What this replica knew of...
    version_vector goal;
    /// ... at this time.
    std::uint64_t since_ms = 0;
    bool is_late = false;
  };

  /// Incarnations that have been retired since are in no vector any more.
  static bool lacks(const version_vector& goal, const version_vector& vector, const version_vector& has) {
    for (const auto& d : goal)
      if (vector[d.replica] != 0 && !has.covers(d))
        return true;
    return false;
  }

  std::uint64_t patience_ms_;
  std::map<replica_id, progress> progress_;
};

} // namespace ariadne::crdt
