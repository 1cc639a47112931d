#pragma once

#include "journal/disk.hpp"

#include <map>
#include <memory>
#include <string>

namespace ariadne::journal {

/// A directory of the file system that one process has to itself: the only part of the journal that does I/O. Every
/// call may block for as long as the disk likes.
class posix_disk final : public disk {
public:
  /// Why a directory is not to be had.
  struct refusal {
    enum class kind { in_use, disk };
    kind what = kind::disk;
    /// A sentence without a final stop.
    std::string text;
  };

  /// Makes the directory, and those above it, if it is not there, for its owner alone (0700); and locks it. With
  /// `is_reader`, it is not made, other readers may have it, too, and nothing may be written to it.
  static tl::expected<std::unique_ptr<posix_disk>, refusal> open(const std::string& directory, bool is_reader = false);

  ~posix_disk() override;

  /// Sets this many bytes of the disk aside, if they are not yet. Once there is no room, an `append` frees them and
  /// goes on: so what is being written comes to an end.
  tl::expected<void, disk_error> set_aside(std::uint64_t bytes);
  /// Whether there was no room since, and they have been freed.
  bool has_freed_reserve() const {
    return has_freed_reserve_;
  }

  tl::expected<std::vector<file_entry>, disk_error> list() override;
  tl::expected<std::string, disk_error> read(const std::string& name, std::uint64_t offset,
                                             std::size_t bytes_max) override;
  tl::expected<void, disk_error> append(const std::string& name, std::string_view bytes) override;
  tl::expected<void, disk_error> sync(const std::string& name) override;
  tl::expected<void, disk_error> sync_names() override;
  tl::expected<void, disk_error> rename(const std::string& from, const std::string& to) override;
  tl::expected<void, disk_error> remove(const std::string& name) override;

private:
  explicit posix_disk(std::string directory) : directory_(std::move(directory)) {}

  disk_error error_of(const char* what, const std::string& name, int number) const;
  tl::expected<int, disk_error> opened(const std::string& name);
  void close(const std::string& name);
  /// Returns whether there was anything to be freed.
  bool free_reserve();

  std::string directory_;
  int directory_descriptor_ = -1;
  int lock_descriptor_ = -1;
  bool has_freed_reserve_ = false;
  /// Of the files that are written to.
  std::map<std::string, int> open_;
};

} // namespace ariadne::journal
