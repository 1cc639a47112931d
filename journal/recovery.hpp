#pragma once

#include "crdt/journal_part.hpp"
#include "journal/disk.hpp"
#include "journal/layout.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace ariadne::journal {

/// Why a journal is not to be gone on with.
struct fault {
  enum class kind {
    /// What was on the disk for certain is not there, or not right: nothing of it may be claimed.
    damaged,
    /// It was written by another version of the program.
    unknown_format,
    /// The disk does not do what it is asked.
    disk,
  };

  kind what = kind::damaged;
  /// Where, and what is wrong, as a sentence without a final stop.
  std::string text;
};

/// What a directory has kept.
struct recovered_journal {
  /// There is no journal yet. All else is as in a new one then.
  bool is_new = true;
  journal::manifest manifest;
  crdt::restored_state state;
  /// When the last claim was made, in milliseconds since the Unix epoch; 0 if there is none.
  std::uint64_t claimed_at_ms = 0;
  /// The sequence of the frame with that claim, 0 if there is none, and the number of the segment in which it stands.
  /// Segments behind that do not count.
  std::uint64_t claim_sequence = 0;
  std::uint64_t last_segment = 0;
  /// The disk has failed since, and the journal was about to begin anew: of what stands here, only what is read is
  /// sure.
  bool follows_error = false;
  std::uint64_t log_bytes = 0;
  std::uint64_t snapshot_bytes = 0;
  /// How many bytes of the last segment are left out, since they are torn or no claim holds for them.
  std::uint64_t dropped_bytes = 0;
  /// Which large values of the state stand in the files.
  std::set<crdt::dot> values;
};

/// Reads a journal, and changes nothing. What it answers depends on the bytes of the directory alone. Memory: the
/// state, one segment, and what has changed since the last claim in it.
///
/// What counts of the log ends with its last claim. The first bad frame at or beyond the highest synced sequence that
/// any frame names is a torn tail, with all that follows. A bad frame before is damage, and so is whatever else is not
/// as it was written: then nothing is answered, for a claim without all of its registers would erase what others hold.
tl::expected<recovered_journal, fault> recover(disk& from);

} // namespace ariadne::journal
