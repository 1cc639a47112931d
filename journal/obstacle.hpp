#pragma once

#include "journal/recovery.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ariadne::journal {

/// Whose journal it is.
struct owner {
  std::string cluster;
  std::string node;
};

/// Why a node does not start from a directory.
struct obstacle {
  enum class kind {
    /// It is another node's, or another cluster's.
    foreign,
    /// Another process uses it.
    in_use,
    /// It was written by another version of the program.
    unknown_format,
    damaged,
    /// It cannot be made, read or written.
    unusable,
    /// The clock is behind its last claim by more than clocks may differ.
    clock_behind,
  };

  kind what = kind::damaged;
  /// Where, what, and what to do, as a sentence without a final stop.
  std::string text;
};

/// Why the journal in `directory` is not gone on with by the node `of` at the time `now_ms`; nothing, if it is. Clocks
/// may differ by `drift_max_ms`.
std::optional<obstacle> find_obstacle(const recovered_journal& found, const std::string& directory, const owner& of,
                                      std::uint64_t now_ms, std::uint64_t drift_max_ms);

/// The same for one that could not be read, and for a directory that the disk refuses.
obstacle to_obstacle(const fault& f, const std::string& directory);
obstacle to_obstacle(const disk_error& error);

/// The same for a directory that another process uses.
obstacle in_use(const std::string& directory);

/// What is to be done about a directory that cannot be written; part of a sentence.
inline constexpr auto has_to_be_writable = "; the user that the node runs as has to be able to write there";

} // namespace ariadne::journal
