#pragma once

#include "crdt/dot.hpp"
#include "crdt/hybrid_clock.hpp"
#include "crdt/shared_bytes.hpp"
#include "crdt/version_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ariadne::crdt {

/// One value that no known write has superseded.
struct entry {
  crdt::dot dot;
  crdt::stamp stamp;
  /// Milliseconds since the Unix epoch from which on no reader sees the entry; 0: never expires.
  std::uint64_t expires_at_ms = 0;
  shared_bytes value;

  bool expired(std::uint64_t now_ms) const {
    return expires_at_ms != 0 && expires_at_ms <= now_ms;
  }

  friend bool operator==(const entry&, const entry&) = default;
};

/// How many live entries a register may hold in a frame, and in a map. No key has as many concurrent writers; but an
/// entry takes ten times as much memory as it may take bytes in a frame.
inline constexpr std::size_t live_entries_max = 4096;

/// The state of one key (an optimised multi-value register; Almeida, Shoker, Baquero 2018, section 7.4).
///
/// State: `live`, the entries that no known write has superseded, and `context`, for each replica id the highest
/// counter seen on this key. The context covers the dots of all live entries.
///
/// Join: keep an entry that both have; keep an entry that one has if the other's context does not cover its dot;
/// contexts join by maximum.
///
/// Which concurrent operation wins: a put and an erase: the put stays (add wins). Two puts stay side by side until a
/// later write sees them both; a read answers the one with the greatest (stamp, replica id).
///
/// Worked example: replica a puts x at a:1. Replica b sees it and puts y at b:1, so b's register is live {b:1 y},
/// context {a:1, b:1}. Meanwhile a erases at a:2: live {}, context {a:2}. Their join is live {b:1 y},
/// context {a:2, b:1}: a:1 is gone, since both have superseded it, and y, which the erase has not seen, stays.
class causal_register {
public:
  causal_register() = default;
  causal_register(const causal_register& other);
  causal_register(causal_register&&) noexcept = default;
  causal_register& operator=(const causal_register& other);
  causal_register& operator=(causal_register&&) noexcept = default;

  /// A register with one live entry and nothing else in its context.
  explicit causal_register(entry live) : newest_(std::move(live)) {}

  /// A register in a given state, as a decoder builds it. `context` is raised over the dots of `live`; of two entries
  /// with the same dot the first is kept.
  causal_register(std::vector<entry> live, version_vector context);

  /// A put: `written` supersedes every live entry. Its dot must be new.
  void put(entry written);

  /// The live entry with the dot `old` is superseded by `written`. Other live entries stay, other than with a put. The
  /// dot of `written` must be new. Returns whether `old` was live; if not, nothing has changed.
  bool rewrite(dot old, entry written);

  /// An erase with the new dot `erased`: supersedes every live entry and leaves none.
  void erase(dot erased);

  /// An erase with the new dot `erased` that supersedes the entry `target` alone: what stands beside it stays. Returns
  /// whether `target` was live; if not, nothing has changed.
  bool erase(dot target, dot erased);

  /// Joins `other` into this register. `covered_here` stands in for what this register has forgotten: a dot that it
  /// covers and that is not live here is dead. Returns whether anything changed.
  bool join(const causal_register& other, const version_vector& covered_here);

  /// Removes the live entries that `dead(entry)` says yes to; the context stays. Returns whether anything changed.
  template <class Predicate>
  bool drop_live(Predicate dead) {
    std::vector<entry> kept;
    for (std::size_t i = 0; i < live_count(); ++i)
      if (!dead(live(i)))
        kept.push_back(live(i));
    if (kept.size() == live_count())
      return false;
    assign(std::move(kept), context());
    return true;
  }

  /// Sets the value of the live entry `d`, which has come apart from the register; does nothing if it is not live.
  void supply(dot d, shared_bytes value);

  /// Shrinks the context to the dots of the live entries. Only for a register whose every dot is stable.
  void forget_context();

  /// The number of live entries; 0 after an erase.
  std::size_t live_count() const {
    return newest_.dot.counter == 0 ? 0 : 1 + (more_ ? more_->live.size() : 0);
  }

  /// The `i`-th live entry, `i < live_count()`; number 0 is the winner, the one a reader sees.
  const entry& live(std::size_t i) const {
    return i == 0 ? newest_ : more_->live[i - 1];
  }

  /// Moves the winner out of a register that has one; what is left is unspecified.
  entry take_winner() && {
    return std::move(newest_);
  }

  bool has_live(dot d) const;

  /// The highest counter of `replica` seen on this key.
  std::uint64_t seen(replica_id replica) const;

  bool covers(dot d) const {
    return seen(d.replica) >= d.counter;
  }

  /// Whether the context is exactly the dots of the live entries: nothing is left to forget.
  bool is_forgotten() const {
    return !more_ || more_->superseded.empty();
  }

  version_vector context() const;

  /// What the context holds beyond the dots of the live entries.
  const version_vector& superseded() const;

  /// Calls `visit(dot)` for each live dot and for each entry of the context, in no particular order.
  template <class Visitor>
  void for_each_context(Visitor visit) const {
    for (std::size_t i = 0; i < live_count(); ++i)
      visit(live(i).dot);
    if (more_)
      for (const auto& d : more_->superseded)
        visit(d);
  }

  friend bool operator==(const causal_register& left, const causal_register& right);

private:
  /// What a register needs beyond one live entry, which is all that most registers ever hold.
  struct overflow {
    std::vector<entry> live;
    /// The entries of the context that are not dots of live entries. An entry may stand above a live dot of the same
    /// replica: then the context is this one.
    version_vector superseded;
  };

  /// Sets the live entries, in any order, and the context.
  void assign(std::vector<entry> live, version_vector context);

  /// The winner; its dot has counter 0 if nothing is live.
  entry newest_;
  std::unique_ptr<overflow> more_;
};

} // namespace ariadne::crdt
