#pragma once

#include "crdt/dot.hpp"

#include <absl/container/btree_map.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace ariadne::crdt {

class keyed_register;

/// For each replica id an ordered index counter -> register, over the contexts and the live dots of all registers of a
/// map. It answers "what has changed beyond this counter of that replica?" by a walk over a tail: exact, no log of its
/// own, at a cost proportional to the answer.
///
/// A dot belongs to one key only, so each dot stands here once. The index does not own the registers. It takes about 9
/// bytes for each dot where counters are dense, as they are after many puts of new keys, and up to twice that where
/// most of them have been superseded.
class dot_index {
public:
  /// A short name for a replica id. It holds as long as the index has a dot of that id.
  using origin = std::uint32_t;

  /// Does nothing if the dot is there already.
  void insert(dot d, keyed_register* owner);

  /// Does nothing if the dot is not there.
  void erase(dot d);

  /// The register of the dot `d`, or nullptr.
  const keyed_register* find(dot d) const;

  /// The first entry of `replica` with a counter above `after`: its counter and its register; {0, nullptr} if there
  /// is none.
  std::pair<std::uint64_t, keyed_register*> next(replica_id replica, std::uint64_t after) const;

  /// The highest counter of `replica` in the index, 0 if there is none.
  std::uint64_t highest(replica_id replica) const;

  /// The name of `replica`, which is given one if it has none; then a dot of it has to be inserted next.
  origin name(replica_id replica);

  replica_id replica(origin name) const {
    return tails_[name].replica;
  }

  /// The least replica id above `replica` with at least one dot.
  std::optional<replica_id> replica_after(replica_id replica) const {
    const auto position = names_.upper_bound(replica);
    return position == names_.end() ? std::nullopt : std::optional{position->first};
  }

  /// Calls `visit(replica, highest)` for each replica id with at least one dot, ascending.
  template <class Visitor>
  void for_each_replica(Visitor visit) const {
    for (const auto& [replica, name] : names_)
      visit(replica, tails_[name].highest());
  }

  /// The number of dots.
  std::size_t size() const {
    return size_;
  }

private:
  /// The entries of 64 counters in a row, those that are there without gaps.
  class page {
  public:
    bool holds(unsigned position) const {
      return (present_ >> position & 1) != 0;
    }
    bool empty() const {
      return present_ == 0;
    }
    void insert(unsigned position, keyed_register* owner);
    void erase(unsigned position);

    /// The first position from `from` on that is there, or 64.
    unsigned next(unsigned from) const {
      return from > 63 ? 64 : static_cast<unsigned>(std::countr_zero(present_ >> from << from));
    }
    unsigned last() const {
      return 63 - static_cast<unsigned>(std::countl_zero(present_));
    }
    keyed_register* operator[](unsigned position) const {
      return owners_[rank(position)];
    }

  private:
    /// How many entries stand before `position`.
    unsigned rank(unsigned position) const {
      return static_cast<unsigned>(std::popcount(present_ & ((std::uint64_t{1} << position) - 1)));
    }
    void resize(unsigned capacity);

    std::uint64_t present_ = 0;
    std::unique_ptr<keyed_register*[]> owners_;
    unsigned capacity_ = 0;
  };

  struct tail {
    replica_id replica;
    absl::btree_map<std::uint64_t, page> pages;

    std::uint64_t highest() const {
      return pages.empty() ? 0 : pages.rbegin()->first * 64 + pages.rbegin()->second.last();
    }
  };

  /// The tail of `replica`, or nullptr.
  const tail* find_tail(replica_id replica) const {
    // Most calls in a row are about one replica.
    if (last_ < tails_.size() && tails_[last_].replica == replica && !tails_[last_].pages.empty())
      return &tails_[last_];
    auto position = names_.find(replica);
    return position == names_.end() ? nullptr : &tails_[position->second];
  }

  absl::btree_map<replica_id, origin> names_;
  /// By name; a name in `free_` has none.
  std::vector<tail> tails_;
  std::vector<origin> free_;
  /// The one named last.
  origin last_ = 0;
  std::size_t size_ = 0;
};

} // namespace ariadne::crdt
