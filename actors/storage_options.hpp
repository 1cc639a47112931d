#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace ariadne {

/// What counts as kept on the disk.
enum class storage_mode : std::uint8_t {
  /// What is written: it outlives the end of all processes. It is synced once a second.
  write,
  /// What is synced: it outlives a power cut.
  sync,
};

/// Where a node keeps its journal, and how (docs/durability.md).
struct storage_options {
  /// Of this node alone. It is made if it is not there.
  std::filesystem::path directory = {};
  storage_mode mode = storage_mode::write;
  /// For how long the start waits for a clock that is behind the journal.
  std::chrono::milliseconds clock_wait{std::chrono::minutes{5}};
  /// For how long restored state is not believed while nodes of the cluster file have not been met.
  std::chrono::milliseconds cold_start_wait{std::chrono::minutes{1}};
  /// Restored sessions start after that wait even if no majority has been met.
  bool starts_alone = false;
};

} // namespace ariadne
