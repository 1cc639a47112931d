#pragma once

#include "journal/disk.hpp"
#include "journal/recovery.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::journal {

// A backup is one file: a frame (journal/frame.hpp) that names the files of a journal and says how long they are; their
// bytes, one after the other; and a checksum of 8 bytes over all before it.

/// The files of a journal that a backup needs, each up to where it stands now. `files`: all that are there, and how
/// long they are.
tl::expected<std::vector<file_entry>, disk_error> files_to_back_up(disk& from, const std::vector<file_entry>& files);

/// How an archive begins.
std::string encode_archive_head(const std::vector<file_entry>& files);

/// The files of the archive that `bytes` begin with, and how long its head is.
std::optional<std::vector<file_entry>> decode_archive_head(std::string_view bytes, std::size_t& head_bytes);

/// No head is longer.
inline constexpr std::size_t archive_head_bytes_max = std::size_t{4} << 20;

inline constexpr std::size_t archive_end_bytes = 8;

/// The checksum of an archive, of which the bytes come in parts.
class archive_checksum {
public:
  archive_checksum();
  ~archive_checksum();

  archive_checksum(const archive_checksum&) = delete;
  archive_checksum& operator=(const archive_checksum&) = delete;

  void add(std::string_view bytes);
  /// As it stands at the end of the archive.
  std::string end() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Makes the journal of an archive in an empty directory. `read(offset, bytes)` answers that part of the archive, less
/// at its end. Nothing that counts is there unless all of it is right.
tl::expected<void, fault>
unpack(const std::function<tl::expected<std::string, disk_error>(std::uint64_t, std::size_t)>& read, disk& to);

} // namespace ariadne::journal
