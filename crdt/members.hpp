#pragma once

#include "crdt/knowledge.hpp"
#include "crdt/neighbour_links.hpp"
#include "crdt/stragglers.hpp"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// The replicas whose acknowledgement counts, other than the one that counts them; and what follows from what they have
/// acknowledged: who holds an event, what may be forgotten (invariant I4), and which incarnations are over.
class members {
public:
  /// `patience_ms`: see stragglers.
  explicit members(std::uint64_t patience_ms) : stragglers_(patience_ms) {}

  void set(std::set<replica_id> ids) {
    ids_ = std::move(ids);
  }
  bool is_straggler(replica_id member) const {
    return stragglers_.contains(member);
  }
  /// Notices who is one.
  void look_for_stragglers(const knowledge& here, const neighbour_links& links, std::uint64_t now_ms);

  std::vector<replica_id> holders(const neighbour_links& links, dot d) const;
  /// The highest counter of `own`, one of the replica's ids, that all have acknowledged.
  std::uint64_t acknowledged_by_all(const knowledge& here, const neighbour_links& links, replica_id own) const;

  /// What may be forgotten: all that it covers is known to all members but stragglers, durable at all nodes whose disks
  /// count, and no full state that is being sent needs it.
  version_vector stable_vector(const knowledge& here, const neighbour_links& links) const;

  /// The last events of the incarnations that are over: they belong to no member and no neighbour, `map` names none of
  /// their events, and all members, neighbours and disks that count have the same last one. None while a member is not
  /// reached.
  std::vector<dot> over(const aw_lww_map& map, const knowledge& here, const neighbour_links& links) const;

private:
  std::set<replica_id> ids_;
  stragglers stragglers_;
};

} // namespace ariadne::crdt
