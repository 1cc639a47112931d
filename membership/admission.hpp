#pragma once

#include "membership/cluster_identity.hpp"
#include "membership/node_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::membership {

/// How a node introduces itself to another one.
struct introduction {
  std::string cluster;
  std::string node;
  /// Where it accepts connections.
  std::string address;
  /// That names no host, but all interfaces.
  bool is_at_all_interfaces = false;
  /// Where it is reached, if it is at all interfaces and has said so.
  std::string reached_at;
  /// The incarnation of its state; 0 while it has none.
  std::uint64_t incarnation = 0;
  std::vector<news> members;
  /// Of the cluster that its journal belongs to; none if it keeps none.
  cluster_id id = {};
  /// The incarnation that has written last what it has started from; 0: it has started from nothing.
  std::uint64_t restored_from = 0;
  /// Why the two programs cannot talk to each other; empty if they can.
  std::string incompatible;
};

enum class refusal_cause : std::uint8_t {
  incompatible,
  other_cluster,
  invalid_name,
  /// Another node that is up has its name.
  name_taken,
  invalid_address,
  leaving,
  /// Its journal belongs to another cluster.
  other_journal,
};

/// Why a node is refused, in one sentence without a final stop.
struct refusal {
  std::string reason;
  refusal_cause cause = refusal_cause::incompatible;
};

/// Where a node that is up has introduced itself from.
struct introduced_address {
  /// As in its introduction.
  std::string address;
  std::string reached_at;

  /// Whether who introduces itself so is at another place. Two nodes that accept connections at all interfaces are told
  /// apart by where they are reached, if both have said it.
  bool differs_from(const introduction& other) const;
};

/// Why no node that introduces itself so may be a member beside the node `self` of this cluster, which is reached at
/// `address`; nothing if it may.
std::optional<refusal> reason_to_refuse(const introduction& other, const std::string& cluster, const std::string& self,
                                        const std::string& address);

refusal name_taken(const std::string& name, const std::string& by_address);

/// The journals of the two nodes belong to clusters with different ids. It is told on both sides.
refusal of_another_cluster(const introduction& other, const introduction& self);

} // namespace ariadne::membership
