#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot_index.hpp"
#include "crdt/fingerprint.hpp"
#include "crdt/key_table.hpp"
#include "crdt/keyed_register.hpp"

#include <absl/container/btree_set.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

namespace ariadne::crdt {

/// An add-wins map of last-writer-wins values.
///
/// State: key -> causal register. Join: the join of the registers, key by key; so any subset of the keys with their
/// registers is a valid delta. Which concurrent operation wins: as in causal_register, for each key by itself.
/// Worked example: {x: 1} joined with {y: 2} is {x: 1, y: 2}; joined with {x: erased, having seen 1} it is {y: 2}.
///
/// The map keeps four things up to date with its registers: the index of their dots, the fingerprint of their live
/// entries, the order in which these expire, and the queue of registers whose context could be forgotten. Where there
/// is a journal, a fifth: the queue of registers that have changed since they were last handed out.
///
/// No call takes long because the map is large.
class aw_lww_map {
public:
  aw_lww_map() = default;
  ~aw_lww_map();
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

  /// What `owner` holds. The copy shares its values with the map.
  causal_register value(const keyed_register& owner) const;

  /// The entry of `owner` that a reader sees, if there is one. Valid until the map changes.
  std::optional<entry_view> winner(const keyed_register& owner, std::uint64_t now_ms) const;

  /// The bytes of all its live values and, if there are any, of its key.
  static std::size_t live_bytes(const keyed_register& owner) {
    return owner.is_live() ? owner.key().size() + owner.value_bytes() : 0;
  }

  effect put(std::string_view key, entry written);
  effect erase(std::string_view key, dot erased);
  /// Erases the entry `target` alone, see causal_register::erase.
  effect erase(std::string_view key, dot target, dot erased);
  effect erase(keyed_register& owner, dot target, dot erased) {
    return update(owner, [&](causal_register& value) { return value.erase(target, erased); });
  }
  /// Supersedes one live entry of `owner` only, see causal_register.
  effect rewrite(keyed_register& owner, dot old, entry written) {
    return update(owner, [&](causal_register& value) { return value.rewrite(old, std::move(written)); });
  }

  /// Joins one key of a delta; see causal_register::join. A register that says nothing new about a key that the map
  /// does not hold is not taken up; nor is one that names a dot of another key, or brings the key to more than
  /// `live_entries_max` live entries, which no sound replica does.
  effect join(std::string_view key, causal_register other, const version_vector& covered_here);

  /// Removes the live entries of `owner` that `dead(entry)` says yes to.
  template <class Predicate>
  effect drop_live(keyed_register& owner, Predicate dead) {
    return update(owner, [&](causal_register& value) { return value.drop_live(dead); });
  }

  /// Removes the live entries that have expired by `now_ms`, of up to `budget` registers, and calls `visit(effect)` for
  /// each of these. Returns what is left of the budget.
  template <class Visitor>
  std::size_t drop_expired(std::uint64_t now_ms, std::size_t budget, Visitor visit) {
    for (; budget > 0 && !expiries_.empty() && expiries_.begin()->first <= now_ms; --budget)
      visit(drop_live(*expiries_.begin()->second, [&](const entry& e) { return e.expired(now_ms); }));
    return budget;
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
      value(*owner).for_each_context([&](dot d) { stable = stable && is_stable(d); });
      if (stable)
        forget_context(*owner, forgotten);
      else
        to_forget_.push_back(owner);
    }
  }

  /// How often a register has come to hold more than its live entries.
  std::uint64_t widened_count() const {
    return widened_count_;
  }

  /// Calls `visit(const keyed_register&)` for each register, erased ones included, in no particular order.
  template <class Visitor>
  void for_each(Visitor visit) const {
    table_.for_each([&](const keyed_register* owner) { visit(*owner); });
  }

  // -- what a journal lacks ------------------------------------------------------------------------------------------

  /// From now on, marks each register that changes in any way: its entries, its context alone, and that it is gone.
  void mark_changes() {
    marks_changes_ = true;
  }
  /// The number of registers that are marked; those that are gone count, too.
  std::size_t marked_count() const {
    return marked_.size();
  }
  /// Hands out what is marked, the longest marked first: calls `visit(key, const causal_register*)`, with nullptr for a
  /// register that is gone, until that says no or nothing is left. What was handed out is marked no more.
  template <class Visitor>
  void hand_out_marked(Visitor visit) {
    for (auto goes_on = true; goes_on && !marked_.empty();) {
      auto* owner = marked_.front();
      marked_.pop_front();
      owner->is_marked_ = false;
      if (owner->is_gone_) {
        goes_on = visit(owner->key(), static_cast<const causal_register*>(nullptr));
        pool_.destroy(owner);
      } else {
        const auto held = value(*owner);
        goes_on = visit(owner->key(), &held);
      }
    }
  }
  /// Whether no dot of `owner` stands before its dot `d` in the index.
  bool is_first(const keyed_register& owner, dot d) const;

  const dot_index& index() const {
    return index_;
  }
  const crdt::fingerprint& fingerprint() const {
    return fingerprint_;
  }

  /// The number of registers, erased ones included.
  std::size_t size() const {
    return table_.size();
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
  using hashed_key = key_table::hashed_key;

  keyed_register& find_or_add(const hashed_key& key);
  void remove(keyed_register& owner);

  void mark(keyed_register& owner) {
    if (!marks_changes_ || owner.is_marked_)
      return;
    owner.is_marked_ = true;
    marked_.push_back(&owner);
  }

  /// Whether a register can be packed.
  static bool is_plain(const causal_register& value) {
    return value.live_count() == 1 && value.is_forgotten() && value.live(0).expires_at_ms == 0;
  }
  static bool is_new(const keyed_register& owner) {
    return !owner.whole_ && owner.counter_ == 0;
  }
  bool is_packed_of(const keyed_register& owner, replica_id replica) const {
    return !owner.whole_ && owner.counter_ != 0 && index_.replica(owner.origin_) == replica;
  }

  /// Moves the register out of `owner`, and back again.
  causal_register unpack(keyed_register& owner);
  void pack(keyed_register& owner, causal_register value);

  /// Whether one of the dots of `other` belongs to another key than that of `owner`, which may be nullptr.
  bool is_contradicted(const causal_register& other, const keyed_register* owner) const;

  /// Runs `mutate(causal_register&) -> bool changed` and brings index, fingerprint, counts and queues up to date.
  template <class Mutation>
  effect update(keyed_register& owner, Mutation mutate) {
    auto value = unpack(owner);
    effect result{&owner, false, value.live_count() > 0};
    const auto before = dots_of(value);
    count_live(owner, value, -1);
    result.changed = mutate(value);
    count_live(owner, value, 1);
    const auto after = dots_of(value);
    pack(owner, std::move(value));
    if (result.changed) {
      update_index(owner, before, after);
      mark(owner);
    }
    return result;
  }

  using context_dots = absl::InlinedVector<dot, 4>;
  static context_dots dots_of(const causal_register& value);

  /// Brings index and queue up to date with a register whose context was `before` and is `after`.
  void update_index(keyed_register& owner, const context_dots& before, const context_dots& after);

  /// Adds (`sign` 1) or takes away (-1) what `value` holds live to or from fingerprint and counts.
  void count_live(keyed_register& owner, const causal_register& value, int sign);

  /// Writes an entry that never expires into a new register, or over a packed one of the same replica: what `update`
  /// would come to, in a third of the time.
  effect write(keyed_register& owner, entry written);

  void forget_context(keyed_register& owner, version_vector& forgotten);

  register_pool pool_;
  key_table table_;
  dot_index index_;
  crdt::fingerprint fingerprint_;
  /// Every live entry that expires, by the time at which it does.
  absl::btree_set<std::pair<std::uint64_t, keyed_register*>> expiries_;
  std::deque<keyed_register*> to_forget_;
  std::uint64_t widened_count_ = 0;
  bool marks_changes_ = false;
  /// Those that are gone are here alone, and freed when they are handed out.
  std::deque<keyed_register*> marked_;
  std::size_t live_keys_ = 0;
  std::size_t live_bytes_ = 0;
};

} // namespace ariadne::crdt
