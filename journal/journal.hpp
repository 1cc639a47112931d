#pragma once

#include "crdt/journal_part.hpp"
#include "journal/disk.hpp"
#include "journal/layout.hpp"
#include "journal/record.hpp"
#include "journal/recovery.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace ariadne::journal {

struct journal_options {
  /// A segment that is longer is followed by a new one.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  /// About how long the content of a frame with registers is.
  std::size_t frame_bytes = 64u << 10;
  /// Values of more bytes stand apart from their registers, once: a register that changes in its context alone is
  /// short.
  std::size_t value_inline_max = 4u << 10;
  /// A snapshot is wanted when the log is longer than the live bytes, two whole claims, and these.
  std::uint64_t log_bytes_min = std::uint64_t{16} << 20;
  /// Draws the salt of a file: any number, but another one for each.
  std::function<std::uint64_t()> draw_salt;
};

/// What one `write` has come to.
struct journal_progress {
  /// What the directory has kept for certain, as far as the mode goes: set if a claim has come to count.
  std::optional<crdt::version_vector> durable;
  /// The caller is to walk over the whole map from its beginning, for a snapshot.
  bool wants_walk = false;
};

/// A snapshot that is being written.
struct growing_snapshot {
  file_head head;
  std::uint64_t sequence = 1;
  std::uint64_t bytes = 0;
  /// The registers in it, and in the log since it began.
  std::uint64_t registers = 0;
  std::uint64_t changed = 0;
  /// The large values that stand in it.
  std::set<crdt::dot> values;
  /// With which segment the log goes on behind it, and how long it was before.
  std::uint64_t first_segment = 0;
  std::uint64_t log_bytes_before = 0;
  /// Set once it has ended: the last sequence of the log then.
  std::optional<std::uint64_t> ended_at;
};

/// Puts a manifest in the place of the one that is there: it is written beside that, synced, and renamed, and its name
/// is synced.
tl::expected<void, disk_error> write_manifest(disk& on, const manifest& m);

/// Writes the journal of one incarnation of a node into a directory that nobody else writes to.
///
/// What is written is read back by `recover`, whose rules it keeps: a claim stands behind all registers that it is
/// about; a segment is synced before the next one is made; a file is synced, and its name, before anything stands on
/// it; and a snapshot replaces the log before it once a claim stands behind the end of its walk.
///
/// After a disk error nothing that was not synced is trusted any more, and a sync is not tried again: a second one may
/// succeed and say nothing. `begin_anew` makes a new segment, which counts once a snapshot of all is there. Until then
/// nothing new is durable, and what was is.
///
/// Not thread-safe.
class journal {
public:
  journal(disk& on, journal_options options) : disk_(on), options_(std::move(options)) {}

  /// Begins where `found`, which `recover` has just answered for the same directory, ends: removes what does not count,
  /// and makes a new segment. `owner`: the manifest of a journal that is made now. The caller is to walk if
  /// `wants_walk`.
  tl::expected<void, disk_error> begin(const recovered_journal& found, const manifest& owner);

  /// Writes a part at the end of the log, and of the snapshot that is under way. With `is_synced`, a claim in it counts
  /// once it is synced; without, once it is written, so that it outlives the process alone.
  tl::expected<journal_progress, disk_error> write(const crdt::journal_part& part, bool is_synced, std::uint64_t at_ms);

  /// Whether all that has been written outlives a power cut.
  bool is_synced() const {
    return synced_ + 1 == sequence_;
  }
  /// Makes it so.
  tl::expected<void, disk_error> sync();

  /// Says in the log what has been synced, if nothing has said so since: so that damage of the last frame is not taken
  /// for a torn tail.
  tl::expected<void, disk_error> note_pause();

  /// Writes the id of the cluster into the manifest. After an error, the one before holds here, and either on the disk.
  tl::expected<void, disk_error> set_id(const cluster_mark& id);
  const cluster_mark& id() const {
    return manifest_.id;
  }

  /// After an error. Then the caller is to walk.
  tl::expected<void, disk_error> begin_anew();

  /// A snapshot has begun, and the walk for it is not over.
  bool wants_walk() const {
    return snapshot_ && !snapshot_->ended_at;
  }

  /// The bytes of log and snapshot.
  std::uint64_t bytes() const {
    return log_bytes_ + snapshot_bytes_;
  }

private:
  tl::expected<void, disk_error> make_file(const std::string& name, const file_head& head);
  tl::expected<void, disk_error> open_segment(std::uint64_t stands_on);
  /// What neither the manifest nor the log that it begins needs.
  tl::expected<void, disk_error> remove_unneeded();
  tl::expected<void, disk_error> append_to_log(std::string& frames);
  tl::expected<void, disk_error> write_walked(const crdt::journal_part& part);
  tl::expected<void, disk_error> begin_snapshot();
  tl::expected<void, disk_error> make_snapshot(std::uint64_t number);
  /// The snapshot replaces what was before.
  tl::expected<void, disk_error> install_snapshot();

  disk& disk_;
  journal_options options_;
  manifest manifest_;
  file_head segment_;
  /// Of the next frame of the log.
  std::uint64_t sequence_ = 1;
  std::uint64_t synced_ = 0;
  /// The last sequence that a frame names as synced.
  std::uint64_t noted_ = 0;
  std::uint64_t last_claim_ = 0;
  /// Of the last claim that was written whole.
  std::uint64_t whole_claim_bytes_ = 0;
  std::uint64_t segment_bytes_ = 0;
  std::uint64_t log_bytes_ = 0;
  std::uint64_t snapshot_bytes_ = 0;
  /// The last claim in this segment.
  std::optional<crdt::knowledge_claim> told_;
  /// The large values that stand in the snapshot or in the log behind it; while one is under way, in the log since it
  /// began. One that is dead here may come back, and must not be taken for one that stands there if it does not.
  std::set<crdt::dot> values_;
  /// The one that is under way.
  std::optional<growing_snapshot> snapshot_;
};

} // namespace ariadne::journal
