#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// How this node stands with another one that is up.
struct peer_standing {
  std::string node;
  /// The clocks are too far apart, or one refuses what the other writes.
  bool is_at_odds = false;
  /// Why, in one sentence without a final stop.
  std::string reason;
};

/// Whether a node is in service: it agrees with enough of the nodes that are up. One that is at odds with more than
/// half of them, itself counted among them, is out of service; so of two nodes both stay. To be in service again it
/// takes a moment, to be out of it a while: a disagreement that is soon over, as at a start, does not count.
class service_standing {
public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds patience{3};

  /// Returns whether the answer has changed.
  bool judge(const std::vector<peer_standing>& others, time_point now);

  bool is_in_service() const {
    return reason_.empty();
  }
  /// Why not, in one sentence without a final stop; empty if it is.
  const std::string& reason() const {
    return reason_;
  }

private:
  std::optional<time_point> at_odds_since_;
  std::string reason_;
};

} // namespace ariadne
