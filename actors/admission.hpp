#pragma once

#include "actors/cluster_membership.hpp"
#include "actors/protocol.hpp"

#include <optional>
#include <string>

namespace ariadne {

/// Why a node is refused, in one sentence without a final stop.
struct refusal {
  std::string reason;
  /// Another node that is up has its name.
  bool is_name_taken = false;
};

/// Where a node that is up has introduced itself from.
struct introduced_address {
  /// As in its introduction.
  std::string address;
  std::string reached_at;

  /// Whether who introduces itself so is at another place. Two nodes that accept connections at all interfaces are told
  /// apart by where they are reached, if both have said it.
  bool differs_from(const node_introduction& other) const;
};

/// Why no node that introduces itself so may be a member beside this one; nothing if it may.
std::optional<refusal> reason_to_refuse(const node_introduction& other, const cluster_membership_options& own);

refusal name_taken(const std::string& name, const std::string& by_address);

} // namespace ariadne
