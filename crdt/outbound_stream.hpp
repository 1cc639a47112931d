#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/codec.hpp"
#include "crdt/value_transfers.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_set.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace ariadne::crdt {

/// What a stream reads from: the sender's state, always the latest.
struct stream_source {
  const aw_lww_map& map;
  const version_vector& vector;
  const version_vector& retired;
  const version_vector& forgotten;
};

/// What a stream knows of the neighbour.
struct stream_target {
  /// The version vector that it is known to have.
  const version_vector& known;
  /// In which version of the format to speak to it.
  std::uint32_t version = codec_versions.max;
  /// The large values that go there.
  value_transfers& values;
  /// Values up to this size travel within their registers, others in pieces of so many bytes.
  std::size_t whole_bytes = 0;
  std::size_t piece_bytes = 0;

  value_transfers::context at(const stream_source& source) const {
    return {source.map, known, whole_bytes, piece_bytes};
  }
};

/// The sending side of one link: decides which registers a neighbour lacks, and cuts them into parts.
///
/// A *batch* walks, for each replica id with news, the tail of the index beyond what the neighbour has. Since a walk
/// reads the map as it is at that moment, a key that changes meanwhile is met again, under its new dot, before the
/// batch ends. The cut at the end covers, for each replica id walked, all of the sender's version vector; nothing less,
/// since the index keeps only the last dot of each replica on a key, and a point in its middle is not a state that ever
/// existed (invariant I2). For replica ids that were not walked it claims nothing.
///
/// A register with values that the neighbour lacks and that are too large to travel within it is owed, see
/// value_transfers: the walk passes it by, and its claim waits.
///
/// The stream keeps a few version vectors and short sets of replica ids, whatever the size of the map; and of registers
/// that are ahead, the dots by which it has sent them.
class outbound_stream {
public:
  /// Starts with `id`, as the neighbour has named it, towards a neighbour that has everything up to `has`.
  outbound_stream(std::uint64_t id, const version_vector& has, const version_vector& forgotten,
                  const stream_source& source);

  std::uint64_t id() const {
    return id_;
  }

  /// The sender's version vector has risen at `origin`.
  void note_raised(replica_id origin) {
    pending_.insert(origin);
  }

  /// Registers with dots beyond the version vector shall be sent as well, although no cut can cover them (invariant
  /// I3: they may be all that is left of a dead replica). Those that have been sent so before are not sent again, until
  /// they have a new dot.
  void note_ahead(const stream_source& source);

  /// The same, where registers have changed without a new dot: all are sent.
  void note_ahead_again(const stream_source& source) {
    sent_ahead_.clear();
    note_ahead(source);
  }

  /// Whether `note_changed` has an effect.
  bool has_sent_ahead() const {
    return !sent_ahead_.empty();
  }

  /// A register has changed, perhaps without a new dot. If it has been sent as one that is ahead, by this dot, the next
  /// `note_ahead` has it sent again.
  void note_changed(dot d) {
    sent_ahead_.erase(d);
  }

  /// Says nothing more of an incarnation that both sides have retired.
  void retire(replica_id origin) {
    sent_.drop(origin);
    forgotten_told_.drop(origin);
  }

  /// Whether there is something to send, or to look through.
  /// `is_deferred(id)` says whether events of that replica are left to someone else for the moment.
  template <class Predicate>
  bool has_work(const stream_source& source, const stream_target& target, Predicate is_deferred) {
    absl::erase_if(pending_,
                   [&](replica_id origin) { return target.known[origin] >= source.vector[origin] && !full_state_; });
    if (walk_ || !ahead_.empty() || target.values.has_ready() || target.values.has_done())
      return true;
    // A full state does not end as long as something is owed.
    if (in_batch_ && !(full_state_ && target.values.owes_any()))
      return true;
    for (auto origin : pending_)
      if (full_state_ || !is_deferred(origin))
        return true;
    return false;
  }

  /// How much one part carries: so many bytes and one register more, but no more registers than that, those that are
  /// owed included.
  struct part_size {
    std::size_t bytes;
    std::size_t registers_max;
  };

  /// Builds the next part: as much as `size` says if there is as much, else the end of the batch; nothing if there
  /// would be nothing in it.
  template <class Predicate>
  std::optional<std::string> next_part(const stream_source& source, const stream_target& target, part_size size,
                                       Predicate is_deferred) {
    auto out = begin_part(source, target.version);
    const auto sent_before = registers_sent_;
    const part_end end{out.size() + size.bytes, registers_visited_ + std::max<std::size_t>(size.registers_max, 1)};
    while (!is_full(out, end) && target.values.has_ready())
      add_ready(out, source, target);
    auto is_over = false;
    while (!is_full(out, end) && !is_over) {
      if (walk_ || begin_walk(source, target, is_deferred))
        walk(out, source, target, end);
      else
        is_over = true;
    }
    target.values.take_done(reached_);
    const auto is_last = is_over && !(full_state_ && target.values.owes_any());
    const auto is_needed = registers_sent_ > sent_before || is_first_of_full_state()
                           || (is_last && (parts_in_batch_ > 0 || !reached_.empty()));
    if (is_needed)
      return end_part(std::move(out), source, is_last);
    // Its number is still free.
    --number_;
    in_batch_ = !is_last;
    return std::nullopt;
  }

  /// Makes the next batch a full state (invariant I5), starting with the next part. What the batch before has sent is
  /// sent again.
  void begin_full_state(const stream_source& source, value_transfers& values);

  bool in_batch() const {
    return in_batch_;
  }
  bool in_full_state() const {
    return full_state_;
  }

  /// What of `known` may be forgotten without harm to the batch: in the middle of a full state, what has happened since
  /// it began must still be there when the walks come by.
  version_vector forgettable_of(version_vector known) const {
    return base_.empty() ? std::move(known) : meet(known, base_);
  }

  /// Whether a full state is under way that keeps its sender from forgetting.
  bool holds_base() const {
    return !base_.empty();
  }

  /// What the cuts of this stream cover so far.
  const version_vector& sent() const {
    return sent_;
  }

  /// All parts up to `number` have come in at the neighbour. What it has taken of their cuts, its version vector says.
  void acknowledge(std::uint64_t number) {
    acknowledged_ = std::max(acknowledged_, std::min(number, number_));
  }

  /// Whether parts have been sent and not acknowledged.
  bool is_in_flight() const {
    return acknowledged_ < number_;
  }
  std::uint64_t registers_sent() const {
    return registers_sent_;
  }
  /// Those that were owed included.
  std::uint64_t registers_visited() const {
    return registers_visited_;
  }

private:
  void abandon_batch();
  void end_full_state();

  struct walk_position {
    replica_id origin;
    /// The last counter visited.
    std::uint64_t counter = 0;
    /// What a finished walk lets the cut claim for the origin; 0 for a walk over registers that are ahead.
    std::uint64_t claim = 0;
    /// Once it has met a register that is owed.
    value_transfers::claim_id waiting = 0;
  };

  delta_writer begin_part(const stream_source& source, std::uint32_t version);
  std::string end_part(delta_writer out, const stream_source& source, bool last);
  void add(delta_writer& out, std::string_view key, const causal_register& value, const stream_source& source,
           const stream_target& target);
  void add_ready(delta_writer& out, const stream_source& source, const stream_target& target);
  /// Whether the next part tells the base of a full state.
  bool is_first_of_full_state() const {
    return full_state_ && parts_in_batch_ == 0;
  }

  /// How far a tail is to be walked. A full state does not go on beyond its base, or it would never end while large
  /// values are written.
  std::uint64_t end_of(replica_id origin, const stream_source& source) const {
    return full_state_ ? std::min(source.vector[origin], base_[origin]) : source.vector[origin];
  }

  template <class Predicate>
  bool begin_walk(const stream_source& source, const stream_target& target, Predicate is_deferred) {
    const auto& known = target.known;
    for (auto position = pending_.begin(); position != pending_.end();) {
      auto origin = *position;
      if (!full_state_ && is_deferred(origin)) {
        ++position;
        continue;
      }
      pending_.erase(position);
      auto from = std::max(reached_[origin], target.values.walked(origin));
      if (!full_state_)
        from = std::max({from, sent_[origin], known[origin]});
      const auto to = end_of(origin, source);
      if (full_state_ && source.vector[origin] > to)
        after_full_state_.insert(origin);
      if (from < to) {
        walk_ = {origin, from, to, 0};
        return true;
      }
      position = pending_.begin();
    }
    if (ahead_.empty())
      return false;
    auto origin = *ahead_.begin();
    ahead_.erase(ahead_.begin());
    sent_ahead_.erase(sent_ahead_.lower_bound({origin, 0}), sent_ahead_.upper_bound({origin, source.vector[origin]}));
    walk_ = {origin, std::max(source.vector[origin], full_state_ ? 0 : known[origin]), 0, 0};
    return true;
  }

  /// Where a part ends: at so many bytes, or when so many registers have been visited in all.
  struct part_end {
    std::size_t bytes;
    std::uint64_t registers_visited;
  };
  bool is_full(const delta_writer& out, part_end end) const {
    return out.size() >= end.bytes || registers_visited_ >= end.registers_visited;
  }

  void walk(delta_writer& out, const stream_source& source, const stream_target& target, part_end end);
  /// Sends a register that the walk has met, or owes it.
  void visit(delta_writer& out, const keyed_register& owner, const stream_source& source, const stream_target& target);

  std::uint64_t id_;
  std::uint64_t number_ = 0;
  version_vector sent_;
  /// What the cut of the batch will claim, from the walks finished so far.
  version_vector reached_;
  version_vector forgotten_told_;
  /// What the sender knew when the first part of a full state was built; empty outside of full states.
  version_vector base_;
  /// Replica ids with events that the neighbour lacks.
  absl::btree_set<replica_id> pending_;
  /// Replica ids whose registers beyond the version vector are to be sent.
  absl::btree_set<replica_id> ahead_;
  /// The dots beyond the version vector by which registers have been sent, or are owed.
  absl::btree_set<dot> sent_ahead_;
  /// Replica ids with events beyond the base of the full state that is being sent.
  absl::btree_set<replica_id> after_full_state_;
  std::optional<walk_position> walk_;
  bool in_batch_ = false;
  bool full_state_ = false;
  std::size_t parts_in_batch_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t registers_sent_ = 0;
  std::uint64_t registers_visited_ = 0;
};

} // namespace ariadne::crdt
