#pragma once

#include "actors/internal/acknowledgements.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/crdt_replica_self.hpp"
#include "actors/internal/kept_state.hpp"
#include "actors/internal/map_reads.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/timed_replica.hpp"
#include "actors/internal/waiting_room.hpp"
#include "actors/internal/waiting_writes.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ariadne {

/// What users, and the session host, ask of the map: writes, which wait until enough nodes hold them, and reads, which
/// wait for their key. A request is answered at once, or by its promise.
///
/// Not thread-safe.
class map_requests {
public:
  /// What it works with, which has to outlive it.
  struct surroundings {
    crdt_replica_self self;
    timed_replica& core;
    crdt::replica_limits limits;
    const kept_state& kept;
    const acknowledgements& acknowledged;
    waiting_room<crdt_replica_self>& room;
    answer_gate<crdt_replica_self>& gate;
    std::function<bool()> is_caught_up;
    /// Called after whatever may have changed the core.
    std::function<void()> flush;
  };

  map_requests(surroundings around, std::chrono::milliseconds hold_max);

  // -- requests: see crdt_replica_actor ------------------------------------------------------------------------------

  caf::result<receipt> put(std::string_view key, crdt::shared_bytes value, const write_options& options,
                           bool counts_from_last_piece);
  caf::result<fenced_receipt> put_fenced(const std::string& key, std::string_view value, const write_fence& fence);
  /// `Answer` is a map_entry or a pickup_result.
  template <class Answer>
  caf::result<Answer> read(std::string& key, read_purpose purpose, const wait_options& options);
  caf::result<bool> discard(const std::string& key);
  caf::result<discard_receipt> discard(const std::string& key, const event_id& event);

  // -- what has come of them -----------------------------------------------------------------------------------------

  /// All values that stand under the key now.
  live_values read_live(const std::string& key);

  /// Something has changed under the key, or can be seen since now.
  void changed(std::string_view key) {
    reads_.changed(key);
  }
  /// Answers reads whose key has changed. Returns whether any was answered.
  bool answer_changed() {
    return reads_.answer_changed();
  }
  /// Answers the writes that enough nodes hold by now, and those that are given up.
  void settle_writes();
  /// Time has passed, or this node has caught up with all others: ends the reads that are over.
  void settle_reads() {
    reads_.settle(around_.is_caught_up());
  }
  /// Time has passed: all writes are to be looked at.
  void look_at_all_writes();

  /// Whether the last calls have left something to be done. Then `go_on` is to be called soon.
  bool has_work() const {
    return reads_.has_work() || writes_[0].has_work() || writes_[1].has_work();
  }
  void go_on() {
    reads_.go_on(around_.is_caught_up());
  }

  /// Whether a read wants to know what changes.
  bool awaits_changes() const {
    return !reads_.empty();
  }
  std::size_t waiting_write_count() const {
    return writes_[0].size() + writes_[1].size();
  }
  std::size_t waiting_read_count() const {
    return reads_.size();
  }

private:
  /// Users reach their own keys only.
  caf::error check_key(const std::string& key) const;
  map_entry look_at(std::string_view key, bool with_value);
  waiting_writes& writes_of(crdt::replica_id own) {
    return writes_[own == around_.core->id() ? 0 : 1];
  }
  map_reads::map_access access();
  void note_pickup(pickup_outcome what);
  duration_histogram& durations_of(const write_concern& concern);

  surroundings around_;
  node_tally& tally_;
  /// Where each outcome, and each concern, is counted: looked up once, since there may be a million in a second.
  std::array<tally*, 3> pickups_{};
  std::array<duration_histogram*, 2 * (static_cast<std::size_t>(concern_level::all) + 1)> stash_durations_{};
  /// Those of each of the replica's ids.
  std::array<waiting_writes, 2> writes_;
  map_reads reads_;
};

} // namespace ariadne
