#pragma once

#include "actors/internal/piece_messages.hpp"
#include "actors/internal/storage_messages.hpp"
#include "journal/disk.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ariadne {

/// The bytes of an archive (journal/archive.hpp), but for its end, read from the files of a running journal: what is
/// there when this is made stays to be read, whatever becomes of the names of the files.
///
/// Not thread-safe.
class backup_source {
public:
  /// `files`: those of the journal in the directory that are backed up.
  static caf::expected<std::unique_ptr<backup_source>> open(const std::string& directory,
                                                            std::vector<journal::file_entry> files);
  ~backup_source();

  backup_source(const backup_source&) = delete;
  backup_source& operator=(const backup_source&) = delete;

  std::uint64_t total_bytes() const {
    return total_bytes_;
  }

  /// So many bytes from the offset on, or what is left.
  caf::expected<std::string> read(std::uint64_t offset, std::size_t bytes) const;

private:
  struct part {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    int descriptor = -1;
  };

  backup_source() = default;

  std::string head_;
  std::vector<part> parts_;
  std::uint64_t total_bytes_ = 0;
};

/// Hands the bytes out to `client`; reads them in a thread of its own. Ends with the client, and once that has not
/// asked for `idle_max`.
value_reader_actor spawn_backup_reader(caf::actor_system& system, std::unique_ptr<backup_source> source,
                                       caf::strong_actor_ptr client, std::chrono::milliseconds idle_max);

} // namespace ariadne
