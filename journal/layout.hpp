#pragma once

#include "crdt/dot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::journal {

// The files of a journal:
//
//     MANIFEST              to whom it belongs, and from where on it is read
//     snapshot-NUMBER       all registers, as a walk over the map has found them
//     segment-NUMBER        the log: what has changed since the walk began, in segments
//
// MANIFEST is written as MANIFEST.new, synced, and renamed. Each file begins with a frame of its own: the salt of the
// frames that follow stands in it, and its own is 0.

/// The version of the format of the files. It has nothing to do with that of the wire.
inline constexpr std::uint32_t format_version = 1;

inline constexpr auto manifest_name = "MANIFEST";
inline constexpr auto new_manifest_name = "MANIFEST.new";

/// A directory in that of a journal: a journal of what was salvaged, which its node is to write anew; and what it is
/// called once that is done, until it is gone.
inline constexpr auto salvaged_name = "salvaged";
inline constexpr auto used_salvaged_name = "salvaged.used";

/// What a manifest says of the id of its cluster, which is settled elsewhere (membership/cluster_identity.hpp).
struct cluster_mark {
  /// 0: none yet.
  std::uint64_t number = 0;
  /// How far the nodes have agreed on it.
  std::uint8_t agreement = 0;

  friend bool operator==(const cluster_mark&, const cluster_mark&) = default;
};

struct manifest {
  std::string cluster;
  std::string node;
  /// The snapshot to begin with, 0 if there is none, and the first segment to go on with.
  std::uint64_t snapshot = 0;
  std::uint64_t first_segment = 1;
  cluster_mark id = {};

  friend bool operator==(const manifest&, const manifest&) = default;
};

/// What a segment or a snapshot begins with.
struct file_head {
  /// As in its name.
  std::uint64_t number = 0;
  std::uint64_t salt = 0;
  /// The sequence of the first frame that follows. Of a segment: what was written with this sequence or a later one
  /// before it does not count.
  std::uint64_t first_sequence = 1;
  /// Of a segment: the snapshot without which it says nothing, since frames before it are lost. 0 if it goes on with
  /// what stands in the one before.
  std::uint64_t stands_on = 0;
};

std::string segment_name(std::uint64_t number);
std::string snapshot_name(std::uint64_t number);
/// The number in such a name; nothing for any other.
std::optional<std::uint64_t> segment_number(std::string_view name);
std::optional<std::uint64_t> snapshot_number(std::string_view name);

/// The whole file.
std::string encode(const manifest& m);
/// The frame that the file begins with.
std::string encode(const file_head& h);

/// What is wrong with a manifest or a head.
enum class layout_error {
  /// It is not what it should be.
  damaged,
  /// It is of a format that this program does not know.
  unknown_format,
};

/// A manifest, or what is wrong; `version` is set to that of the format where it is unknown.
std::optional<manifest> decode_manifest(std::string_view file, layout_error& why, std::uint32_t& version);
/// The head that a file begins with, and `bytes`: how long it is.
std::optional<file_head> decode_head(std::string_view file, std::size_t& bytes, layout_error& why);

} // namespace ariadne::journal
