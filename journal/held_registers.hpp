#pragma once

#include "crdt/journal_part.hpp"
#include "journal/record.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace ariadne::journal {

/// The last register of each key of those that have been read, one after the other. What comes out depends on what was
/// read and on its order, not on the order of a hash table.
class held_registers {
public:
  /// In place of what was held of the key. If the register says that its key is gone, nothing is held of it any more.
  void hold(read_register r);

  /// The number of keys.
  std::size_t size() const {
    return by_key_.size();
  }

  /// Calls `supply(crdt::causal_register&, const crdt::value_reference&) -> bool` for each value that is still missing.
  /// Registers for one of which it says no are not held any more; returns how many.
  template <class Supply>
  std::size_t supply_values(Supply supply) {
    std::size_t lost = 0;
    for (const auto& [held, references] : references_)
      if (!std::all_of(references.begin(), references.end(),
                       [&, &value = held->value](const auto& reference) { return supply(value, reference); })) {
        drop(*held);
        ++lost;
      }
    references_.clear();
    return lost;
  }

  /// All of them. Nothing is held afterwards.
  crdt::journal_registers take();

private:
  /// The hash is kept, for a table that grows would compute that of each key again.
  struct place {
    std::size_t hash = 0;
    crdt::journal_register* held = nullptr;
  };
  struct hashed_key {
    explicit hashed_key(std::string_view k);
    std::string_view key;
    std::size_t hash;
  };
  struct place_hash {
    using is_transparent = void;
    std::size_t operator()(const place& p) const {
      return p.hash;
    }
    std::size_t operator()(const hashed_key& key) const {
      return key.hash;
    }
  };
  struct place_equal {
    using is_transparent = void;
    bool operator()(const place& left, const place& right) const {
      return left.held == right.held;
    }
    bool operator()(const place& left, const hashed_key& right) const {
      return left.hash == right.hash && left.held->key == right.key;
    }
  };

  /// Of a key that is held.
  void drop(crdt::journal_register& held);

  absl::flat_hash_set<place, place_hash, place_equal> by_key_;
  /// Those of keys that are gone are empty, and stand in `vacant_`, too.
  crdt::journal_registers registers_;
  std::vector<crdt::journal_register*> vacant_;
  /// Few have any.
  absl::flat_hash_map<crdt::journal_register*, std::vector<crdt::value_reference>> references_;
};

} // namespace ariadne::journal
