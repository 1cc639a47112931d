#pragma once

#include "crdt/dot.hpp"

#include <absl/container/btree_map.h>

#include <cstdint>
#include <utility>

namespace ariadne::crdt {

struct keyed_register;

/// For each replica id an ordered index counter -> register, over the contexts and the live
/// dots of all registers of a map. It answers
/// "what has changed beyond this counter of that replica?" by a walk over a tail: exact, no log of its own, at a cost
/// proportional to the answer.
///
/// A dot belongs to one key only, so each dot stands here once. The index does not own the registers.
class dot_index {
public:
  using tail = absl::btree_map<std::uint64_t, keyed_register*>;

  void insert(dot d, keyed_register* owner) {
    auto& tail = tails_[d.replica];
    tail.insert(tail.end(), {d.counter, owner});
  }

  void erase(dot d);

  /// The first entry of `replica` with a counter above `after`: its counter and its register; {0, nullptr} if there
  /// is none.
  std::pair<std::uint64_t, keyed_register*> next(replica_id replica, std::uint64_t after) const;

  /// The highest counter of `replica` in the index, 0 if there is none.
  std::uint64_t highest(replica_id replica) const;

  /// The replica ids with at least one entry, ascending, with their entries.
  const absl::btree_map<replica_id, tail>& tails() const {
    return tails_;
  }

private:
  absl::btree_map<replica_id, tail> tails_;
};

} // namespace ariadne::crdt
