#pragma once

#include "actors/internal/node_tally.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/log.hpp"
#include "journal/journal.hpp"
#include "journal/obstacle.hpp"
#include "journal/posix_disk.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ariadne {

/// The journal of one node, in its directory: read at the start of each pair, written, synced, and gone on with after
/// faults of the disk. Every call may block for as long as the disk likes.
///
/// Not thread-safe.
class storage_writer {
public:
  using clock = std::chrono::steady_clock;

  /// `syncs` counts how long each sync has taken, and outlives this.
  storage_writer(storage_options options, journal::owner owner, log_sink log, duration_histogram& syncs);
  /// What has been written is synced.
  ~storage_writer();

  storage_writer(const storage_writer&) = delete;
  storage_writer& operator=(const storage_writer&) = delete;

  /// What has been read.
  struct contents {
    crdt::restored_state state;
    /// See journal::salvaged_name.
    crdt::journal_registers salvaged;
  };

  /// Reads the directory, and is about to go on with it: for a new pair, whatever the last one has written. `wall_ms`
  /// is the time of day.
  tl::expected<contents, journal::obstacle> open(std::uint64_t wall_ms);

  /// What was salvaged has been written anew: syncs that, and removes it. Returns whether it is gone.
  bool remove_salvaged();

  /// Nothing, if the disk is at fault, or full: then `try_again` is to be called from time to time, and what that
  /// answers is the answer.
  std::optional<journal_answer> write(std::shared_ptr<const crdt::journal_part> part, std::uint64_t at_ms);

  /// After a fault. Nothing, if that goes on.
  std::optional<journal_answer> try_again();

  bool is_at_fault() const {
    return !problem_.empty();
  }

  /// To be called when time has passed.
  void sync();

  /// The id of the cluster, drawn anew where the directory had none; none while that could not be written.
  journal::cluster_mark id() const {
    return journal_ ? journal_->id() : journal::cluster_mark{};
  }
  /// Returns whether the manifest has it.
  bool set_id(const journal::cluster_mark& id);

  /// Nothing has been written for a while.
  void note_pause();

  /// Of what it is, without the backlog.
  storage_status status() const;

  const storage_options& options() const {
    return options_;
  }

  /// The files of the journal as it is now, and how long they are.
  tl::expected<std::vector<journal::file_entry>, journal::disk_error> files_to_back_up();

private:
  /// What is written when there is room again.
  struct late_part {
    std::shared_ptr<const crdt::journal_part> part;
    std::uint64_t at_ms = 0;
  };

  tl::expected<crdt::journal_registers, journal::obstacle> read_salvaged();
  std::optional<journal_answer> write(const crdt::journal_part& part, std::uint64_t at_ms);
  void set_reserve_aside();
  void note_no_room();
  std::optional<journal_answer> go_on();
  /// All that was written is on the disk, since a sync that has begun then.
  void note_synced(clock::time_point began);
  void note_fault(const journal::disk_error& error);
  void note_problem(const std::string& text);

  storage_options options_;
  journal::owner owner_;
  log_sink log_;
  duration_histogram& syncs_;
  std::mt19937_64 random_;
  std::unique_ptr<journal::posix_disk> disk_;
  std::optional<journal::journal> journal_;
  /// A sync has failed since the process has begun: what is read then may not be on the disk.
  bool has_failed_ = false;
  /// There is no room: all that was written is there, and nothing more is written until there is some.
  bool is_full_ = false;
  std::optional<late_part> late_;
  /// Whoever writes knows that a walk is wanted.
  bool is_walking_ = false;
  /// Why nothing is kept; empty if all is.
  std::string problem_;
  storage_status status_;
  clock::time_point synced_at_ = clock::now();
  clock::time_point fault_at_;
};

} // namespace ariadne
