#pragma once

#include "session/peer_message.hpp"
#include "session/placement.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// Why a session does not run. `what` is an outcome of a request that has not been handled; `detail` says which node is
/// in the way, in one sentence without a final stop, of at most `detail_bytes_max`.
struct obstacle {
  static constexpr std::size_t detail_bytes_max = 512;

  outcome what = outcome::timed_out;
  std::string detail;

  friend bool operator==(const obstacle&, const obstacle&) = default;
};

/// What is in the way of a session, as this host or another one has last said.
class reported_obstacle {
public:
  /// This host cannot take the session, or cannot keep it running. Returns whether the others are to be told: if that
  /// is news, and now and then if it is not.
  bool note(obstacle why, std::uint64_t now_ms);

  /// Another host has said so.
  void heard(obstacle why, std::uint64_t now_ms);

  void clear() {
    why_.reset();
  }

  /// What still counts.
  const obstacle* find(std::uint64_t now_ms) const;

private:
  std::optional<obstacle> why_;
  std::uint64_t at_ms_ = 0;
};

/// Why none of the hosts that are up can start a session of the kind from a state of this version (0: from nothing);
/// nothing if one can, at once. `hosts` have said what they take. `unmet` are the names of nodes that are up and whose
/// hosts have yet to say so.
///
/// Of several reasons the one comes first that passes most easily: what is not ready, no majority, a cordon, a drain.
std::optional<obstacle> obstacle_to_hosting(const std::string& kind, std::uint32_t schema_version,
                                            const std::vector<candidate>& hosts, const std::set<std::string>& unmet);

/// Why a host lost its claim: `refuser` has answered it with `answer`.
obstacle obstacle_to_claim(const std::string& claimant, const std::string& refuser, verdict answer,
                           const std::string& owner);

/// The first bytes of a reason that others have given.
std::string cut_detail(std::string_view text);

} // namespace ariadne::session
