#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot_index.hpp"
#include "crdt/fingerprint.hpp"

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne::crdt {

/// A key with its register. Its address stays the same as long as the map holds the key.
struct keyed_register {
  std::string key;
  causal_register value;
  /// The number of the last full state that has mentioned the key.
  std::uint32_t full_state = 0;
  /// Whether the key waits in the map's queue of registers with something to forget.
  bool may_forget = false;
};

/// An add-wins map of last-writer-wins values.
///
/// State: key -> causal register. Join: the join of the registers, key by key; so any subset of the keys with their
/// registers is a valid delta. Which concurrent operation wins: as in causal_register, for each key by itself.
/// Worked example: {x: 1} joined with {y: 2} is {x: 1, y: 2}; joined with {x: erased, having seen 1} it is {y: 2}.
///
/// The map keeps four things up to date with its registers: the index of their dots, the fingerprint of their live
/// entries, the order in which these expire, and the queue of registers whose context could be forgotten.
class aw_lww_map {
public:
  aw_lww_map() = default;
  aw_lww_map(const aw_lww_map&) = delete;
  aw_lww_map& operator=(const aw_lww_map&) = delete;

  /// What a change did to one key.
  struct effect {
    /// The register, or nullptr if the map holds nothing of the key (then nothing has changed).
    keyed_register* owner = nullptr;
    bool changed = false;
    /// Whether it had a live entry before.
    bool was_live = false;
  };

  /// The register of `key`, or nullptr.
  const keyed_register* find(std::string_view key) const;

  effect put(std::string_view key, entry written);
  effect erase(std::string_view key, dot erased);

  /// Joins one key of a delta; see causal_register::join. A register that says nothing new about a key that the map
  /// does not hold is not taken up.
  effect join(std::string_view key, const causal_register& other, const version_vector& covered_here);

  /// Removes the live entries of `owner` that `dead(entry)` says yes to.
  template <class Predicate>
  effect drop_live(keyed_register& owner, Predicate dead) {
    return update(owner, [&](causal_register& value) { return value.drop_live(dead); });
  }

  /// Removes the live entries that have expired by `now_ms`, of up to `budget` registers, and calls `visit(effect)` for
  /// each of these.
  template <class Visitor>
  void drop_expired(std::uint64_t now_ms, std::size_t budget, Visitor visit) {
    for (; budget > 0 && !expiries_.empty() && expiries_.begin()->first <= now_ms; --budget)
      visit(drop_live(*expiries_.begin()->second, [&](const entry& e) { return e.expired(now_ms); }));
  }

  /// Looks at up to `budget` of the registers that hold more than their live entries. Where `is_stable(dot)` says yes
  /// to every dot of the context, `forgotten` is raised over all of them and the context shrinks to the live dots; a
  /// register without live entries leaves the map.
  template <class Predicate>
  void forget(Predicate is_stable, version_vector& forgotten, std::size_t budget) {
    for (auto left = std::min(budget, to_forget_.size()); left > 0; --left) {
      auto* owner = to_forget_.front();
      to_forget_.pop_front();
      auto stable = true;
      owner->value.for_each_context([&](dot d) { stable = stable && is_stable(d); });
      if (stable)
        forget_context(*owner, forgotten);
      else
        to_forget_.push_back(owner);
    }
  }

  /// Calls `visit(const keyed_register&)` for each register, erased ones included, in no particular order.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (const auto& owner : registers_)
      visit(static_cast<const keyed_register&>(*owner));
  }

  const dot_index& index() const {
    return index_;
  }
  const crdt::fingerprint& fingerprint() const {
    return fingerprint_;
  }

  /// The number of registers, erased ones included.
  std::size_t size() const {
    return registers_.size();
  }
  /// The number of keys with live entries.
  std::size_t live_key_count() const {
    return live_keys_;
  }
  /// The bytes of these keys and of all their live values.
  std::size_t live_byte_count() const {
    return live_bytes_;
  }

private:
  struct key_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return absl::Hash<std::string_view>{}(key);
    }
    std::size_t operator()(const std::unique_ptr<keyed_register>& owner) const {
      return (*this)(std::string_view{owner->key});
    }
  };
  struct key_equal {
    using is_transparent = void;
    static std::string_view key_of(std::string_view key) {
      return key;
    }
    static std::string_view key_of(const std::unique_ptr<keyed_register>& owner) {
      return owner->key;
    }
    template <class Left, class Right>
    bool operator()(const Left& left, const Right& right) const {
      return key_of(left) == key_of(right);
    }
  };

  keyed_register& find_or_add(std::string_view key);

  /// Runs `mutate(causal_register&) -> bool changed` and brings index, fingerprint, counts and queues up to date.
  template <class Mutation>
  effect update(keyed_register& owner, Mutation mutate) {
    effect result{&owner, false, owner.value.live_count() > 0};
    context_dots before;
    owner.value.for_each_context([&](dot d) { before.push_back(d); });
    count_live(owner, -1);
    result.changed = mutate(owner.value);
    count_live(owner, 1);
    if (result.changed)
      update_index(owner, before);
    return result;
  }

  using context_dots = absl::InlinedVector<dot, 4>;

  /// Brings index and queue up to date with a register whose context was `before`.
  void update_index(keyed_register& owner, const context_dots& before);

  /// Adds (`sign` 1) or takes away (-1) what `owner` holds live to or from fingerprint and counts.
  void count_live(keyed_register& owner, int sign);

  void forget_context(keyed_register& owner, version_vector& forgotten);

  absl::flat_hash_set<std::unique_ptr<keyed_register>, key_hash, key_equal> registers_;
  dot_index index_;
  crdt::fingerprint fingerprint_;
  /// Every live entry that expires, by the time at which it does.
  absl::btree_set<std::pair<std::uint64_t, keyed_register*>> expiries_;
  std::deque<keyed_register*> to_forget_;
  std::size_t live_keys_ = 0;
  std::size_t live_bytes_ = 0;
};

} // namespace ariadne::crdt
