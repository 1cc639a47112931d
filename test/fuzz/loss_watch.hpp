#pragma once

#include "crdt/replica.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne::fuzz {

/// Watches that a replica keeps what it holds: a live entry never changes, and goes only for a reason that stands in a
/// well-formed message, or that is local: a write on its key, its expiry, or that it was stamped wrongly here and is
/// written again. Ends the program otherwise.
class loss_watch {
public:
  explicit loss_watch(const crdt::replica& watched) : watched_(watched) {}

  /// The next step writes `key` locally.
  void note_write(std::string_view key) {
    written_.emplace(key);
  }

  /// The last step has written an event again, or erased what it stood for.
  void note_rewritten(const crdt::rewritten_event& event);

  /// The next step takes in `frame`.
  void note_frame(std::string_view frame);

  /// A step has been taken. Does not see an entry whose value alone has changed before `check_all` does.
  void check(std::uint64_t now_ms);

  /// Looks at every entry.
  void check_all(std::uint64_t now_ms);

private:
  struct watched_entry {
    crdt::stamp stamp;
    std::uint64_t expires_at_ms;
    std::string value;
    friend bool operator==(const watched_entry&, const watched_entry&) = default;
  };
  using entries = std::map<std::pair<std::string, crdt::dot>, watched_entry>;
  using contexts = std::multimap<std::string, crdt::causal_register, std::less<>>;

  /// What a full state has said so far that may make an entry superseded at its end.
  struct full_state {
    crdt::version_vector base;
    contexts registers;
  };

  entries held() const;
  bool has_reason(const std::string& key, crdt::dot lost, const watched_entry& entry, std::uint64_t now_ms) const;

  const crdt::replica& watched_;
  entries held_before_;
  /// The fingerprint leaves out what expires.
  bool holds_expiring_ = false;
  std::size_t keys_before_ = 0;
  crdt::fingerprint fingerprint_before_;

  // The reasons of the next step.
  std::set<std::string> written_;
  contexts joined_;

  /// By the number of the stream in which they come.
  std::map<std::uint64_t, full_state> full_states_;
  /// The stream of the full state that is being worked off, or that ends in the next step.
  std::uint64_t ending_ = 0;
};

} // namespace ariadne::fuzz
