#pragma once

#include "crdt/fenced_write.hpp"
#include "session/session_record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// What a node has on its disk about the epochs that its hosts have granted.
struct epoch_reservation {
  /// Which start of the host has written it.
  std::uint64_t incarnation = 0;
  /// It grants no epoch up to this one: a host before it may have.
  std::uint64_t floor = 0;
  /// It grants no epoch from this one on without another reservation.
  std::uint64_t ceiling = 0;
  friend bool operator==(const epoch_reservation&, const epoch_reservation&) = default;
};

/// Where the reservation of a node stands in the map, and back. No session has such a key.
std::string to_reservation_key(std::string_view node);
std::optional<std::string> reserving_node(std::string_view map_key);

/// The reservation as a value of the map. Its first byte is the version of the format.
std::string encode(const epoch_reservation& reservation);
/// Nothing, if the value is none, or has a format that this program does not know.
std::optional<epoch_reservation> decode_reservation(std::string_view value);

/// Which epochs this host may grant and claim.
///
/// What a host has granted it forgets when it ends. The claimant may have written its record by then, which the others
/// need not have; and with a journal that record comes back. So that whatever runs meanwhile outranks it, **a host
/// reserves the epochs that it grants on its disk**, many at a time, and after a start grants none that has been
/// reserved before: the promises of an acceptor survive its end (Lamport, Paxos Made Simple, section 3). Of the two
/// majorities that have granted two epochs one host is in both; it has granted the one that it has granted later only
/// if that is the greater one.
///
/// Not thread-safe.
class epoch_reserve {
public:
  /// So many epochs are reserved at a time.
  static constexpr std::uint64_t block = 65'536;

  /// Nothing is kept, and each epoch granted, unless `is_kept`.
  epoch_reserve(host_id self, bool is_kept) : self_(std::move(self)), is_kept_(is_kept) {}

  bool is_kept() const {
    return is_kept_;
  }

  /// What stands under the key of a node now.
  void note(const std::string& node, const std::vector<crdt::live_entry>& entries);

  /// Up to which epoch hosts of this node may have granted any before this one.
  std::uint64_t floor() const {
    return floor_;
  }
  bool is_spent(std::uint64_t epoch) const {
    return epoch <= floor_;
  }
  /// Whether the epoch, and the next one, in which its owner ends the session, are reserved.
  bool covers(std::uint64_t epoch) const {
    return !is_kept_ || epoch < ceiling_;
  }
  /// The greatest floor of this host and of these others, as far as their nodes have said so.
  std::uint64_t floor_among(const std::vector<host_id>& others) const;

  /// The host may have to grant this epoch soon.
  void want(std::uint64_t epoch);

  struct write {
    epoch_reservation value;
    std::vector<crdt::dot> expected;
  };
  /// What is to be written next, until `written` or `write_failed`; nothing while there is nothing to do.
  std::optional<write> next(std::uint64_t now_ms);
  /// `result.is_held`: it is on the disk. If it is written, and not, the next attempt is at `retry_at_ms`.
  void written(const crdt::fenced_result& result, std::uint64_t retry_at_ms);
  void write_failed(std::uint64_t retry_at_ms);
  /// The map begins anew, empty.
  void map_restarted();

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants() const;

private:
  host_id self_;
  bool is_kept_;
  std::uint64_t floor_ = 0;
  /// What is reserved on the disk, and up to where more is wanted.
  std::uint64_t ceiling_ = 0;
  std::uint64_t wanted_ = 0;
  std::uint64_t writing_ = 0;
  std::uint64_t retry_at_ms_ = 0;
  std::vector<crdt::dot> live_;
  /// Of other nodes.
  std::map<std::string, std::vector<epoch_reservation>> others_;
};

} // namespace ariadne::session
