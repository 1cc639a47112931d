#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/hybrid_clock.hpp"
#include "crdt/journal_part.hpp"
#include "crdt/key_pages.hpp"
#include "crdt/knowledge.hpp"
#include "crdt/refused_registers.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/restamped_events.hpp"
#include "crdt/wire.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// Why a local write was refused. Nothing has changed then.
enum class write_error {
  empty_key,
  key_too_long,
  value_too_long,
  map_full,
};

/// One sentence without a final stop, for people.
std::string_view to_string(write_error error);

/// What has become of a key, for watchers. `expired` is told when the entry is dropped.
struct key_change {
  enum class kind { written, erased, expired };

  std::string key;
  kind what = kind::written;
  /// `written`: the event that a reader sees from now on.
  crdt::dot dot;

  bool readable() const {
    return what == kind::written;
  }
};

/// An event that a replica has made of itself: one of its own, with the dot `before`, has been written again as
/// `after`, since its stamp was wrong; or it has been erased, since another replica had superseded what it stood for.
struct rewritten_event {
  std::string key;
  dot before;
  bool is_erased = false;
  /// Of an erasure only the dot.
  entry after;
};

/// The state of one replica, without its neighbours: the map, what is known, and the clock that stamps its events.
/// Every change of the map passes here, and so do those who watch it: their changes are collected, listings of keys
/// hear of them, and the bytes that have changed are counted.
///
/// An event of the replica is in the map and in `known` before the function that makes it returns. What others send is
/// joined here register by register; that their events are known, a cut says to `known` alone.
///
/// Functions that `replica` has, too, do what is said there.
class replica_state {
public:
  /// `options` and `listener` must outlive this.
  replica_state(const replica_options& options, knowledge_listener& listener);

  const aw_lww_map& map() const {
    return map_;
  }
  const knowledge& known() const {
    return known_;
  }
  knowledge& known() {
    return known_;
  }
  key_pages& pages() {
    return pages_;
  }
  const key_pages& pages() const {
    return pages_;
  }

  // -- the replica's own events --------------------------------------------------------------------------------------

  tl::expected<dot, write_error> put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                     std::uint64_t expires_at_ms);
  std::optional<write_error> check_key(std::string_view key) const {
    if (key.empty())
      return write_error::empty_key;
    if (key.size() > options_.limits.key_bytes_max)
      return write_error::key_too_long;
    return std::nullopt;
  }
  std::optional<dot> erase(std::string_view key, std::uint64_t now_ms);
  std::optional<dot> erase(std::string_view key, dot target, std::uint64_t now_ms);
  std::optional<entry_view> get(std::string_view key, std::uint64_t now_ms) const {
    const auto* owner = map_.find(key);
    return owner == nullptr ? std::nullopt : map_.winner(*owner, now_ms);
  }
  std::vector<dot> stands_for(dot d) const;

  /// Notices that the clock has gone astray, and writes own events again whose stamps nobody would accept.
  /// Looks at up to `budget` of them, and returns what is left of it.
  std::size_t mend_stamps(std::uint64_t now_ms, std::size_t budget);

  // -- what others send ----------------------------------------------------------------------------------------------

  /// Whether no register of a delta with these greatest sizes and stamp is objectionable. Their stamps are observed.
  bool admits_all(std::size_t key_bytes_max, std::size_t value_bytes_max, stamp newest, std::uint64_t now_ms) {
    if (key_bytes_max > options_.limits.key_bytes_max || value_bytes_max > options_.limits.value_bytes_max
        || !clock_.accepts(newest, now_ms))
      return false;
    clock_.observe(newest);
    return true;
  }
  /// Why a register is not to be joined. Nothing if it is: then its stamps are observed.
  std::optional<objection> object_to(std::string_view key, const causal_register& value,
                                     const std::vector<value_reference>& references, std::uint64_t now_ms);

  /// Joins one register into the map.
  aw_lww_map::effect join(std::string_view key, causal_register value);

  /// Removes the live entries of `owner` that `dead(entry)` says yes to. Returns whether there were any.
  template <class Predicate>
  bool drop_live(keyed_register& owner, Predicate dead) {
    const auto effect = map_.drop_live(owner, dead);
    note(effect);
    return effect.changed;
  }

  /// Writes anew, as an event of this replica, each live entry of a salvaged register of which nothing is known here.
  /// Returns how many there were.
  std::size_t write_anew(const journal_register& salvaged, std::uint64_t now_ms);

  // -- a journal -----------------------------------------------------------------------------------------------------

  /// Takes over what a former incarnation of the node has held; only at the beginning. First the registers, then what
  /// is known of them.
  void restore(restored_state&& state, std::uint64_t now_ms);
  /// See aw_lww_map.
  void mark_changes() {
    map_.mark_changes();
  }
  template <class Visitor>
  void hand_out_marked(Visitor visit) {
    map_.hand_out_marked(visit);
  }
  stamp newest_stamp() const {
    return clock_.newest();
  }

  /// What is said of knowledge, and: the map names no event of the replica that has not happened, and none of an
  /// incarnation that is retired.
  void check_invariants() const;

  /// Whether registers hold dots beyond the version vector.
  bool is_ahead() const;

  // -- time, and what comes out --------------------------------------------------------------------------------------

  /// Drops what has expired by `now_ms`, of up to `budget` registers. Returns what is left of the budget.
  std::size_t drop_expired(std::uint64_t now_ms, std::size_t budget) {
    return map_.drop_expired(now_ms, budget, [this](const auto& effect) { note(effect, key_change::kind::expired); });
  }
  /// Forgets what `stable` covers, looking at up to `budget` registers.
  void forget(const version_vector& stable, std::size_t budget) {
    known_.forget(map_, stable, budget);
  }
  /// Goes on with the listings of keys, looking at up to `registers_max` registers.
  void list_keys(std::uint64_t now_ms, std::size_t registers_max) {
    pages_.work(map_, now_ms, registers_max);
  }

  std::vector<key_change> take_changes() {
    return std::exchange(changes_, {});
  }
  void take_changes(std::vector<key_change>& taken) {
    taken.clear();
    taken.swap(changes_);
  }
  void collect_changes(bool wanted) {
    collects_changes_ = wanted;
  }
  std::vector<rewritten_event> take_rewritten() {
    return std::exchange(rewritten_, {});
  }
  /// Bytes of all registers that have changed so far.
  std::uint64_t changed_bytes() const {
    return changed_bytes_;
  }

private:
  void note(const aw_lww_map::effect& effect, key_change::kind loss = key_change::kind::erased);
  /// Another replica has superseded what an event here stands for, without having seen that: it is superseded as well.
  void follow(keyed_register& owner, const causal_register& joined);
  /// A clock that was set back has lost sight of stamps that still count: those under the key are seen again.
  void observe_live(std::string_view key, std::uint64_t now_ms);
  /// The clock follows the stamps of this register that it may follow, and remembers that there are others.
  void observe(const causal_register& value, std::uint64_t now_ms);
  /// Whether it is known what has become of an entry that was salvaged.
  bool knows_of(std::string_view key, const entry& e) const;
  void restamp(keyed_register& owner, dot old, std::uint64_t now_ms);
  restamped_events& restamped_of(replica_id own) {
    return restamped_[own == options_.id ? 0 : 1];
  }
  const restamped_events& restamped_of(replica_id own) const {
    return restamped_[own == options_.id ? 0 : 1];
  }

  const replica_options& options_;
  hybrid_clock clock_;
  aw_lww_map map_;
  knowledge known_;
  /// By the replica's ids.
  std::array<restamped_events, 2> restamped_;
  /// Own events beyond the first, up to the second, are still to be looked at.
  std::vector<std::pair<dot, dot>> to_restamp_;
  std::uint64_t changed_bytes_ = 0;
  bool collects_changes_ = true;
  std::vector<key_change> changes_;
  key_pages pages_;
  std::vector<rewritten_event> rewritten_;
};

} // namespace ariadne::crdt
