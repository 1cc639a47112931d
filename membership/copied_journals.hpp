#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ariadne::membership {

/// Notices that two nodes have started from copies of one journal. That is harmless, since each start has new ids; but
/// it is hardly what was meant: each of them takes for its own what the other one has written before the copy.
class copied_journals {
public:
  enum class finding {
    /// The journal of this node was copied from the other one while that was running, as it still is.
    of_running,
    /// Both have started from what the same incarnation has written.
    of_same,
  };

  /// `former`: the incarnations that have written the journal of this node.
  explicit copied_journals(const std::vector<std::uint64_t>& former) : former_(former.begin(), former.end()) {}

  /// Another node lives as this incarnation, and has started from what `restored_from` has written; 0: from nothing.
  /// Answers what is to be said of that, once for each node.
  std::optional<finding> met(const std::string& node, std::uint64_t incarnation, std::uint64_t restored_from);

private:
  std::set<std::uint64_t> former_;
  std::set<std::string> told_;
};

} // namespace ariadne::membership
