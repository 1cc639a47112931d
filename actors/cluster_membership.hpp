#pragma once

#include "actors/discovery_options.hpp"
#include "actors/endpoint.hpp"
#include "actors/log.hpp"
#include "crdt/codec_versions.hpp"
#include "membership/cluster_identity.hpp"
#include "membership/heartbeat_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

// How a node finds the others and watches them. docs/architecture.md says what becomes of a node that cannot be
// reached.

namespace ariadne {

/// The versions of the protocol between nodes that this program speaks.
inline constexpr crdt::version_range node_protocols{6, 7};

/// A node of the cluster file.
struct seed_node {
  std::string name = {};
  endpoint address = {};
};

struct cluster_membership_options {
  std::string cluster = {};
  std::string node = {};
  /// Where the others reach this node.
  endpoint address = {};
  /// The other nodes to connect to. This node itself may be among them.
  std::vector<seed_node> seeds = {};
  /// The nodes of which a majority agrees on the id of the cluster, this one among them unless it has joined; and the
  /// id as the journal of this node has it, which the actor that is registered as `storage_name` keeps there. Without a
  /// journal, no ids are told.
  std::set<std::string> voters = {};
  std::optional<membership::cluster_id> id = {};
  /// The incarnations that have written the journal, the last one at the end.
  std::vector<std::uint64_t> former = {};
  /// Where further nodes are found, whatever their names are; and how many there should be.
  std::optional<discovery_options> discovery = {};
  /// How long to wait between two attempts to connect to a node: at first the least, doubled each time up to the most,
  /// give or take half of it at random. The most is more for nodes that have been gone for long, up to a minute; see
  /// membership/node_table.hpp.
  std::chrono::milliseconds reconnect_min{100};
  std::chrono::milliseconds reconnect_max{2'000};
  /// A node that is not among the seeds is forgotten so long after it went: nobody tries to connect to it, or waits for
  /// what it may hold, any more. At least 20 ms.
  std::chrono::milliseconds forget_after{std::chrono::hours{1}};
  /// How long a node may take for each step of a connection; three times as long to answer an introduction.
  std::chrono::milliseconds connect_timeout{1'000};
  membership::heartbeat_options heartbeats = {};
  log_sink log = log_nothing;
};

} // namespace ariadne
