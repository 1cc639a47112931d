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

/// How many sessions run on each node.
using run_counts = std::map<std::string, std::uint64_t>;

/// What the map says of one session, as far as this host has heard. The **winner** is the record with the greatest rank
/// that has ever been seen: its rank only grows, until nothing stands under the key any more.
class record_view {
public:
  /// What stands under the key now, and how that changes `counts`. If it is nothing, the winner is forgotten, unless
  /// `keeps_winner`: the session is here.
  void note(const std::vector<crdt::live_entry>& entries, bool keeps_winner, run_counts& counts);

  /// The map begins anew, empty.
  void forget_live() {
    live_.clear();
  }

  const std::vector<crdt::dot>& live() const {
    return live_;
  }
  const std::optional<session_record>& winner() const {
    return winner_;
  }
  /// Whether this program knows the format of all that stands there. If not, it leaves the session alone.
  bool is_readable() const {
    return is_readable_;
  }

  // Of the winner, if there is one.

  std::uint64_t epoch() const {
    return winner_ ? winner_->epoch : 0;
  }
  record_rank rank() const {
    return winner_ ? winner_->rank() : record_rank{};
  }
  bool is(session_phase phase) const {
    return winner_ && winner_->phase == phase;
  }
  /// Whether there is a session that has not ended.
  bool is_session() const {
    return winner_ && winner_->phase != session_phase::stopped;
  }
  std::string owner() const {
    return winner_ ? winner_->owner.node : std::string{};
  }

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants() const;

private:
  void count(run_counts& counts, int sign) const;

  std::vector<crdt::dot> live_;
  std::optional<session_record> winner_;
  bool is_readable_ = true;
};

} // namespace ariadne::session
