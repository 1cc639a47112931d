#pragma once

#include "crdt/journal_part.hpp"
#include "journal/disk.hpp"
#include "journal/layout.hpp"
#include "journal/obstacle.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ariadne::journal {

/// What can be read of a damaged journal.
struct salvaged_journal {
  /// Whose it is, if that can be read.
  std::optional<owner> of;
  /// The last one of each key of which all can be read. The claim claims nothing.
  crdt::restored_state state;
  /// Bytes that are no frames, or none of this journal, and registers of which a value is missing.
  std::uint64_t lost_bytes = 0;
  std::uint64_t lost_registers = 0;
};

/// Reads whatever frame is right, wherever it stands. Registers are harmless, so all that are there may be gone on
/// with, if nothing is claimed of what they are: then other nodes say what of them still counts.
tl::expected<salvaged_journal, disk_error> salvage(disk& from);

/// Writes the state as a new journal into an empty directory. `draw_salt` draws any number, but another one each time.
tl::expected<void, disk_error> write_whole(disk& to, const crdt::restored_state& state, const owner& of,
                                           std::uint64_t at_ms, std::function<std::uint64_t()> draw_salt);

/// Makes the journal, of which this is the manifest, the one of a node, which takes over the id of the cluster that it
/// meets.
tl::expected<void, disk_error> give_to(disk& on, manifest m, const owner& of);

/// Removes all files of the journal.
tl::expected<void, disk_error> discard(disk& on);

} // namespace ariadne::journal
