#pragma once

#include "actors/handoff_messages.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// What clients have seen of sessions that stash one version of their state after the other, and whether it can be: a
/// checker in the manner of Jepsen's. Of each session only one stash is under way at a time, the next version after the
/// last, wherever; reads may be made by anybody at any time.
///
/// A read is explainable if
/// - what it has found is a version that the session has begun to stash, to the byte;
/// - it is no older than what the same incarnation of the node has held before: what has been read there, and what has
///   been stashed there with a receipt. So a key never vanishes, either;
/// - it is not `absent` if there was a receipt for the session before that incarnation came to be.
///
/// Thread-safe.
class stash_history {
public:
  explicit stash_history(std::size_t sessions);

  std::size_t sessions() const {
    return sessions_.size();
  }

  static std::string key(std::size_t session);
  static std::string state(std::size_t session, std::uint64_t version);

  /// To be called before the node is started: a new incarnation.
  void starts(const std::string& node);

  /// Begins to stash the next version. Answers its number.
  std::uint64_t begins_stash(std::size_t session);

  /// What has to be noted before a read or a stash begins.
  struct moment {
    std::string node;
    std::uint64_t incarnation = 0;
    std::chrono::steady_clock::time_point node_since;
    /// The greatest version that this incarnation was known to hold.
    std::uint64_t held = 0;
  };
  moment begins(std::size_t session, const std::string& node) const;

  /// There is a receipt for the version. It has been stashed at the node of `since`, after that.
  void has_stashed(std::size_t session, std::uint64_t version, const moment& since);

  /// Judges what a read has found that began at `since`.
  void has_read(std::size_t session, const moment& since, const pickup_result& found);

  /// Whether the session has begun to stash anything.
  bool has_begun(std::size_t session) const;

  /// The greatest version of the session for which there is a receipt; 0 if there is none.
  std::uint64_t acknowledged(std::size_t session) const;

  /// The version that has been read; 0 if none has.
  static std::uint64_t version_of(const pickup_result& found);

  std::uint64_t stashes_acknowledged() const;
  std::uint64_t reads() const;

  /// The first few reads that cannot be explained, in words.
  std::vector<std::string> unexplained() const;

private:
  struct session {
    std::uint64_t begun = 0;
    std::uint64_t acknowledged = 0;
    std::chrono::steady_clock::time_point first_receipt;
    /// By node, for its present incarnation.
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> held;
  };
  struct incarnation {
    std::uint64_t number = 0;
    std::chrono::steady_clock::time_point since;
  };

  void holds(session& holding, const moment& since, std::uint64_t version) const;
  std::string problem_with(std::size_t number, const moment& since, const pickup_result& found) const;

  mutable std::mutex mutex_;
  std::vector<session> sessions_;
  std::map<std::string, incarnation> incarnations_;
  std::uint64_t stashes_acknowledged_ = 0;
  std::uint64_t reads_ = 0;
  std::vector<std::string> unexplained_;
};

} // namespace ariadne::test
