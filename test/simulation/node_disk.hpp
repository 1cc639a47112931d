#pragma once

#include "crdt/replica.hpp"
#include "journal/journal.hpp"
#include "test/simulation/history.hpp"
#include "test/simulation/simulated_disk.hpp"

#include <cstdint>
#include <optional>

namespace ariadne::simulation {

/// The disk in one slot, with the journal that the node there keeps; and what has been promised of it. Checks throw a
/// violation.
class node_disk {
public:
  /// What a start finds wrong with the disk, if it is an operator who has to do something.
  enum class trouble { none, flipped_bit, old_backup };

  /// `is_synced`: what is durable outlives a power cut.
  node_disk(std::uint64_t seed, bool is_synced) : random_(seed), disk_(~seed), backup_(seed), is_synced_(is_synced) {}

  /// The node starts with what its disk has kept; a disk that is damaged is wiped, as an operator would.
  void start(crdt::replica& r, std::uint64_t now_ms);
  /// One step of the journal, of up to `registers_max` registers. Returns whether the process has ended meanwhile.
  bool commit(crdt::replica& r, std::size_t registers_max, std::uint64_t now_ms);
  /// Steps until nothing is left to be done.
  void commit_all(crdt::replica& r, std::uint64_t now_ms);

  /// One of the next operations of the disk fails, or is the last one of the process.
  void fail_soon(bool ends_process);
  /// The node has ended.
  void crash(bool has_power);
  /// Something happens to the disk while the node is down.
  void suffer(trouble what);

  /// At the last start, nothing of it could be used.
  bool was_wiped() const {
    return was_wiped_;
  }

  /// Everything up to this was durable.
  const crdt::version_vector& promised() const {
    return promised_;
  }

private:
  void recover_from(tl::expected<journal::recovered_journal, journal::fault>& found);

  random_source random_;
  simulated_disk disk_;
  /// A copy of it of some time ago.
  simulated_disk backup_;
  bool is_synced_;
  bool has_lost_power_ = false;
  /// The disk is not what it was, by no fault of the journal.
  bool is_spoilt_ = false;
  bool is_flipped_ = false;
  bool was_wiped_ = false;
  /// After an error, until it has begun anew.
  bool has_failed_ = false;
  std::optional<journal::journal> journal_;
  crdt::version_vector promised_;
  /// The same as of the last pause.
  crdt::version_vector noted_;
};

} // namespace ariadne::simulation
