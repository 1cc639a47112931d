#pragma once

#include "crdt/dot.hpp"
#include "crdt/dot_index.hpp"

#include <cstdint>

namespace ariadne::crdt {

/// A walk over all dots of an index, by replica id and counter, in steps between which the index may change. A dot that
/// stands throughout is met once; of those that come or go meanwhile, some are. The order is that of the dots, not that
/// of a hash table: so where all else is equal, each run of a program meets them in the same order.
class index_walk {
public:
  /// The register of the next dot, or nullptr at the end. Not to be called again then.
  keyed_register* next(const dot_index& index) {
    for (;;) {
      const auto [counter, owner] = index.next(last_.replica, last_.counter);
      if (owner != nullptr && counter <= end_) {
        last_.counter = counter;
        return owner;
      }
      const auto next_replica = index.replica_after(last_.replica);
      if (!next_replica)
        return nullptr;
      last_ = {*next_replica, 0};
      // What is written from now on is a change, or the walk might never end.
      end_ = index.highest(*next_replica);
    }
  }

  /// The dot that was met last.
  dot last() const {
    return last_;
  }

private:
  dot last_;
  /// Where the walk over the dots of this replica id ends.
  std::uint64_t end_ = 0;
};

} // namespace ariadne::crdt
