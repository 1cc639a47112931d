#pragma once

#include "actors/internal/known_nodes.hpp"
#include "actors/internal/write_concern.hpp"
#include "crdt/replica.hpp"

#include <caf/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// How far other nodes have acknowledged the events of one replica, as write concerns count them.
///
/// Not thread-safe.
class acknowledgements {
public:
  /// `counted`: the nodes of which `majority` and `all` are counted; all that are known, if there are none. `self`: the
  /// name of this node. The core and the nodes have to outlive this.
  acknowledgements(const crdt::replica& core, const known_nodes& nodes, std::vector<std::string> counted,
                   std::string self)
    : core_(core), nodes_(nodes), counted_(std::move(counted)), self_(std::move(self)) {}

  /// How far the members have acknowledged the events of `own`, one of the replica's ids.
  concern_view view(crdt::replica_id own) const;

  /// Whether it is one of the nodes of which `majority` and `all` are counted.
  bool is_counted(const std::string& node) const;

  /// What nobody can keep is to be refused before it is written: why not, if the concern is durable and too few nodes
  /// keep a journal.
  caf::error check(const write_concern& concern) const;

private:
  member_progress progress_of(crdt::replica_id member, crdt::replica_id own, bool is_counted) const;

  const crdt::replica& core_;
  const known_nodes& nodes_;
  std::vector<std::string> counted_;
  std::string self_;
};

} // namespace ariadne
