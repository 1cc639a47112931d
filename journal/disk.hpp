#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::journal {

/// Why a disk has not done what was asked.
struct disk_error {
  enum class kind {
    /// There is no room.
    full,
    /// It may only be read.
    read_only,
    /// Everything else; what was written since the last sync may be lost, and a later sync that succeeds does not say
    /// that it is not.
    broken,
  };

  kind what = kind::broken;
  /// What was tried with which file and what came of it, as a sentence without a final stop.
  std::string text;
};

struct file_entry {
  std::string name;
  std::uint64_t bytes = 0;
};

/// The directory of one journal: a flat set of files. What is written is read at once, but outlives a power cut only
/// after `sync`, and the name of a file that was made, renamed or removed only after `sync_names`. Whether it outlives
/// the end of the process is another question: that it does.
class disk {
public:
  virtual ~disk() = default;

  /// In no particular order.
  virtual tl::expected<std::vector<file_entry>, disk_error> list() = 0;
  /// Up to `bytes_max` bytes from `offset` on; fewer at the end of the file.
  virtual tl::expected<std::string, disk_error> read(const std::string& name, std::uint64_t offset,
                                                     std::size_t bytes_max) = 0;
  /// Adds to the end of the file, which is made if it is not there. After an error, a part of it may have been added.
  virtual tl::expected<void, disk_error> append(const std::string& name, std::string_view bytes) = 0;
  virtual tl::expected<void, disk_error> sync(const std::string& name) = 0;
  virtual tl::expected<void, disk_error> sync_names() = 0;
  /// Replaces the file `to`, if there is one.
  virtual tl::expected<void, disk_error> rename(const std::string& from, const std::string& to) = 0;
  /// No error if it is not there.
  virtual tl::expected<void, disk_error> remove(const std::string& name) = 0;
};

} // namespace ariadne::journal
