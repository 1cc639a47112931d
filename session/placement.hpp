#pragma once

#include "session/session_record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::session {

/// What a host says of itself to all others.
struct host_profile {
  /// The kinds that it hosts, each with the newest schema version that it knows.
  std::map<std::string, std::uint32_t> kinds;
  /// It keeps what it runs, and takes over nothing.
  bool cordoned = false;
  /// It gives up what it runs, and takes over nothing.
  bool draining = false;
  /// It can start a session at once: it knows what is in the map, sees a majority if it needs one, and has been up for
  /// long enough to grant itself a claim.
  bool is_ready = false;
  /// It sees no majority, and runs nothing meanwhile.
  bool is_paused = false;

  /// Whether it hosts the kind, and knows states of the given version.
  bool knows(const std::string& kind, std::uint32_t schema_version) const;

  /// Whether it may start a session of the kind from a state of the given version.
  bool takes(const std::string& kind, std::uint32_t schema_version) const;

  friend bool operator==(const host_profile&, const host_profile&) = default;
};

struct candidate {
  host_id host;
  const host_profile& profile;
};

/// The host on which a session is to run, among those that may take it: if any are ready, the one of these, else the
/// one of all, with the highest random weight (Thaler, Ravishankar: A Name-Based Mapping Scheme for Rendezvous, 1996).
/// All who know the same candidates choose the same one, and if a candidate goes only its own sessions are placed anew.
/// Weights depend on the name of the node, not on its incarnation: a node that restarts gets its share back.
std::optional<host_id> place(const session_key& key, std::uint32_t schema_version,
                             const std::vector<candidate>& candidates);

} // namespace ariadne::session
