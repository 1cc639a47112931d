#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/codec.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_set.h>

#include <algorithm>
#include <cstdint>
#include <deque>
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

/// The sending side of one link: decides which registers a neighbour lacks, and cuts them into parts.
///
/// A *batch* walks, for each replica id with news, the tail of the index beyond what the neighbour has. Since a walk
/// reads the map as it is at that moment, a key that changes meanwhile is met again, under its new dot, before the
/// batch ends. The cut at the end covers, for each replica id walked, all of the sender's version vector; nothing less,
/// since the index keeps only the last dot of each replica on a key, and a point in its middle is not a state that ever
/// existed (invariant I2). For replica ids that were not walked it claims nothing.
///
/// The stream keeps two version vectors and three short sets of replica ids, whatever the size of the map.
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
  /// I3: they may be all that is left of a dead replica).
  void note_ahead(const stream_source& source);

  /// Says nothing more of an incarnation that both sides have retired.
  void retire(replica_id origin) {
    sent_.drop(origin);
    forgotten_told_.drop(origin);
  }

  /// Whether there is something to send, given the version vector that the neighbour is known to have.
  /// `is_deferred(id)` says whether events of that replica are left to someone else for the moment.
  template <class Predicate>
  bool has_work(const stream_source& source, const version_vector& known, Predicate is_deferred) {
    absl::erase_if(pending_, [&](replica_id origin) { return known[origin] >= source.vector[origin] && !full_state_; });
    if (walk_ || !ahead_.empty())
      return true;
    for (auto origin : pending_)
      if (full_state_ || !is_deferred(origin))
        return true;
    return false;
  }

  /// How much one part carries: so many bytes and one register more, but no more registers than that.
  struct part_size {
    std::size_t bytes;
    std::size_t registers_max;
  };

  /// Builds the next part, in `version` of the format: as much as `size` says if there is as much, else the end of the
  /// batch.
  template <class Predicate>
  std::string next_part(const stream_source& source, const version_vector& known, std::uint32_t version, part_size size,
                        Predicate is_deferred) {
    auto out = begin_part(source, version);
    const part_end end{out.size() + size.bytes, registers_sent_ + std::max<std::size_t>(size.registers_max, 1)};
    while (!is_full(out, end)) {
      if (!walk_ && !begin_walk(source, known, is_deferred))
        return end_part(std::move(out), source, true);
      walk(out, source, end);
    }
    return end_part(std::move(out), source, false);
  }

  /// Gives up the batch; what it has sent is sent again by the next one.
  void abandon_batch();

  /// Makes the next batch a full state (invariant I5), starting with the next part.
  void begin_full_state(const stream_source& source);

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
  void acknowledge(std::uint64_t number);

  /// Bytes of parts sent and not acknowledged.
  std::size_t in_flight_bytes() const {
    return in_flight_bytes_;
  }
  bool is_in_flight() const {
    return !in_flight_.empty();
  }
  std::uint64_t registers_sent() const {
    return registers_sent_;
  }

private:
  struct walk_position {
    replica_id origin;
    /// The last counter visited.
    std::uint64_t counter = 0;
    /// What a finished walk lets the cut claim for the origin; 0 for a walk over registers that are ahead.
    std::uint64_t claim = 0;
  };

  struct part {
    std::uint64_t number;
    std::size_t bytes;
  };

  delta_writer begin_part(const stream_source& source, std::uint32_t version);
  std::string end_part(delta_writer out, const stream_source& source, bool last);

  template <class Predicate>
  bool begin_walk(const stream_source& source, const version_vector& known, Predicate is_deferred) {
    for (auto position = pending_.begin(); position != pending_.end();) {
      auto origin = *position;
      if (!full_state_ && is_deferred(origin)) {
        ++position;
        continue;
      }
      pending_.erase(position);
      auto from = reached_[origin];
      if (!full_state_)
        from = std::max({from, sent_[origin], known[origin]});
      if (auto to = source.vector[origin]; from < to) {
        walk_ = {origin, from, to};
        return true;
      }
      position = pending_.begin();
    }
    if (ahead_.empty())
      return false;
    auto origin = *ahead_.begin();
    ahead_.erase(ahead_.begin());
    walk_ = {origin, std::max(source.vector[origin], full_state_ ? 0 : known[origin]), 0};
    return true;
  }

  /// Where a part ends: at so many bytes, or when so many registers have been sent in all.
  struct part_end {
    std::size_t bytes;
    std::uint64_t registers_sent;
  };
  bool is_full(const delta_writer& out, part_end end) const {
    return out.size() >= end.bytes || registers_sent_ >= end.registers_sent;
  }

  void walk(delta_writer& out, const stream_source& source, part_end end);

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
  std::optional<walk_position> walk_;
  bool in_batch_ = false;
  bool full_state_ = false;
  std::deque<part> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t registers_sent_ = 0;
};

} // namespace ariadne::crdt
