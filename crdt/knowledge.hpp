#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/causal_register.hpp"
#include "crdt/version_vector.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace ariadne::crdt {

/// Hears what a replica comes to know, while it does.
class knowledge_listener {
public:
  /// The version vector has risen at `origin`.
  virtual void raised(replica_id origin) = 0;
  /// An incarnation that was retired with this last event is in the version vector again.
  virtual void reinstated(dot last) = 0;

protected:
  ~knowledge_listener() = default;
};

/// What a replica knows: of which events its map is the outcome, and of which it can no longer say what has become.
///
/// State: three version vectors, see the functions of these names. Invariants:
/// - No id is both in `vector` and in `retired`: what a retired incarnation has done is known to its end.
/// - No id is both in `forgotten` and in `retired`: nobody can lack what all know.
/// - The ids of the replica itself are never retired, and `vector` has the last event of each.
/// So whoever names an event of a retired incarnation beyond its last one has *reinstated* it first, which the
/// functions here do by themselves.
class knowledge {
public:
  /// `own` and its twin are the ids of the replica.
  knowledge(replica_id own, knowledge_listener& listener) : own_(own), listener_(listener) {}

  // -- what is known -------------------------------------------------------------------------------------------------

  /// Every event that this covers is reflected in the map.
  const version_vector& vector() const {
    return vector_;
  }
  /// Incarnations with their last events, all of which are reflected in the map, and have left nothing in it. No
  /// message but a hello names them.
  const version_vector& retired() const {
    return retired_;
  }
  /// Events of which some replica has forgotten what they have superseded: who does not cover this needs a full state.
  /// It may be beyond `vector`.
  const version_vector& forgotten() const {
    return forgotten_;
  }
  /// How often `forgotten` has risen on the word of a neighbour.
  std::uint64_t forgotten_rises() const {
    return forgotten_rises_;
  }

  version_vector whole_vector() const {
    auto result = vector_;
    result.join(retired_);
    return result;
  }
  bool covers(dot d) const {
    return vector_.covers(d) || retired_.covers(d);
  }
  bool covers(const version_vector& other) const {
    return std::all_of(other.begin(), other.end(), [this](dot d) { return covers(d); });
  }
  /// Of `vector` together with all that has been retired.
  std::uint64_t digest(const version_vector& vector) const {
    return vector.digest() + retired_.digest();
  }

  // -- the replica's own events --------------------------------------------------------------------------------------

  std::array<replica_id, 2> own_ids() const {
    return {own_, twin_of(own_)};
  }
  bool is_own(replica_id id) const {
    return id == own_ || id == twin_of(own_);
  }
  /// The next one of an id of the replica.
  dot next_dot(replica_id own) const {
    return {own, vector_[own] + 1};
  }
  /// Whether somebody names an event of the replica that has never happened.
  bool is_forged(const version_vector& theirs) const {
    const auto twin = twin_of(own_);
    return theirs[own_] > vector_[own_] || theirs[twin] > vector_[twin];
  }
  bool is_forged(const causal_register& value) const {
    const auto twin = twin_of(own_);
    return value.seen(own_) > vector_[own_] || value.seen(twin) > vector_[twin];
  }

  // -- what changes --------------------------------------------------------------------------------------------------

  /// All events up to `d` are reflected in the map.
  void raise(dot d) {
    if (is_news(d) && vector_.raise(d)) {
      ++changes_;
      listener_.raised(d.replica);
    }
  }

  /// Whether what somebody says of the events up to `d` is more than that their incarnation is retired. If so, it is
  /// not retired any more.
  bool is_news(dot d) {
    if (retired_.covers(d))
      return false;
    mention(d.replica);
    return true;
  }

  /// Something names the incarnation that would not if it were over: it is reinstated if it was retired.
  void mention(replica_id incarnation) {
    if (retired_[incarnation] != 0)
      reinstate(incarnation);
  }

  /// A neighbour says what it has forgotten, or heard that others have.
  void join_forgotten(const version_vector& told);

  /// Lets the map forget what `stable` covers, looking at up to `budget` registers; see aw_lww_map::forget.
  void forget(aw_lww_map& map, const version_vector& stable, std::size_t budget) {
    map.forget([&](dot d) { return stable.covers(d); }, forgotten_, budget);
  }

  /// The incarnation is over with `last`, the event that `vector` has of it; all know that, and the map names none of
  /// its events.
  void retire(dot last);

  /// Takes a retired incarnation back. Nothing of it was left in the map, so whoever lacks some of its events cannot be
  /// told what has become of them: they count as forgotten.
  void reinstate(replica_id incarnation);

  /// Takes over what a former incarnation of the node has known, with whose map: `vector` is of the events that are
  /// reflected in that. Only at the beginning, and once the map holds it all.
  void restore(version_vector vector, version_vector retired, version_vector forgotten);

  /// How often the vectors, and of them `retired`, have changed; but for what `forget` does, which changes registers,
  /// too.
  std::uint64_t changes() const {
    return changes_;
  }
  std::uint64_t retired_changes() const {
    return retired_changes_;
  }

  void check_invariants() const;

private:
  replica_id own_;
  knowledge_listener& listener_;
  version_vector vector_;
  version_vector retired_;
  version_vector forgotten_;
  std::uint64_t forgotten_rises_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t retired_changes_ = 0;
};

} // namespace ariadne::crdt
