#pragma once

#include "session/session_record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace ariadne::session {

struct lease_options {
  /// How long an answer to a question counts, from the time at which the question was asked.
  std::uint64_t lease_ms = 1'500;
  /// How much longer those who answered wait. It has to cover what two clocks differ by in the time of a lease, a tick,
  /// and the time that a session takes to stop. A claim has to be answered within this time, too.
  std::uint64_t guard_ms = 500;
};

/// Who may run sessions, and who may take them over, if no two nodes are ever to run the same one.
///
/// A node asks all others again and again. It may run sessions as long as a majority of the configured nodes, itself
/// included, has answered a question that is younger than the lease. Who answers promises not to let anybody take over
/// from the asker for the lease and the guard, from the time of the answer. To take over needs a majority without such
/// a promise. Any two majorities share a node. That node's answer counts for the owner until `asked + lease`, which is
/// before `answered + lease`, and its promise lasts until `answered + lease + guard`: so the owner has stopped at least
/// the guard earlier. Times are read on one clock each, so only the rates of clocks matter.
class lease_book {
public:
  /// `configured`: the names of all nodes that count, this one among them.
  lease_book(lease_options options, std::string self, std::set<std::string> configured);

  void answered(const std::string& node, std::uint64_t asked_ms);

  /// Whether this node may run sessions.
  bool has_majority(std::uint64_t now_ms) const;

  /// This node was not run for a while, `unseen_ms` of which its clock does not count: what has been answered so far is
  /// older by that. Until a majority has answered a question that is asked from now on, the node is unsure.
  void doubt(std::uint64_t now_ms, std::uint64_t unseen_ms);

  bool is_sure() const;

  /// Whether so many nodes, this one not among them, make a majority with it.
  template <class Nodes>
  bool is_majority(const Nodes& others) const {
    std::size_t count = configured_.contains(self_) ? 1 : 0;
    for (const auto& node : others)
      count += node != self_ && configured_.contains(node) ? 1 : 0;
    return is_majority_count(count);
  }

  /// This node answers `asker`.
  void promise(const host_id& asker, std::uint64_t now_ms);

  bool is_promised(std::uint64_t incarnation, std::uint64_t now_ms) const;

  const lease_options& options() const {
    return options_;
  }

private:
  /// Whether a majority, this node included, has answered a question that was asked at `since_ms` or later.
  bool has_majority_since(std::uint64_t since_ms) const;

  bool is_majority_count(std::size_t count) const {
    return 2 * count > configured_.size();
  }

  lease_options options_;
  std::string self_;
  std::set<std::string> configured_;
  std::map<std::string, std::uint64_t> asked_ms_;
  /// Answers to older questions do not make this node sure.
  std::uint64_t sure_since_ms_ = 0;
  /// Answers to older questions do not count at all.
  std::uint64_t counts_since_ms_ = 0;
  /// Until when, by incarnation.
  std::map<std::uint64_t, std::uint64_t> promised_until_ms_;
};

} // namespace ariadne::session
