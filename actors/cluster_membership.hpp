#pragma once

#include "actors/discovery_options.hpp"
#include "actors/endpoint.hpp"
#include "actors/log.hpp"
#include "actors/protocol.hpp"
#include "membership/cluster_identity.hpp"
#include "membership/heartbeat_options.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

// The actor that knows the nodes of the cluster. It connects to those of the cluster file and to those that it learns
// of from others, again and again, accepts the ones that connect to it, and watches them all.
//
//     supervisor           cluster_membership (node a)             cluster_membership (node b)
//       | -- handoff ----------> |                                         |
//       |                        | -- introduce: a, replica of a --------> |
//       |                        | <------- accepted: b, replica of b ---- |
//       |     state_handoff (a)  |                                         |  state_handoff (b)
//       |       | <- node up b - |                                         | -- node up a ----> |
//       |                        | <---- heartbeats, all the time -------> |
//       |       | <- node down - | <- - (connection lost, or silence) - -> | -- node down ----> |
//       | -- leave ------------> | -- leave -----------------------------> | -- node left ----> |
//
// One introduction makes both nodes members, whoever connects first. A new incarnation of the handoff pair makes the
// node introduce itself anew to all members, which replace the old replica at once. Refused, with the reason in the
// logs of both: another protocol version, another cluster, a name that another live node has, and the node itself.
// Where two nodes claim one name, the owner of the name is told, too; the other one ends, with the error
// `ec::name_taken`, if nobody has accepted it yet and it holds no state. Nodes that keep journals tell the id of their
// cluster as well (membership/cluster_identity.hpp). Where most others have another one, the node ends, with the error
// `ec::storage_foreign`.
//
// A lost connection is noticed by both sides at once. Where nothing is heard in spite of an open connection, the node
// or the network is frozen or cut: whoever notices ends the connection, and both go on as if it had been lost.
//
// What is not among the seeds is known for as long as it is up anywhere, and for a while longer: the members tell each
// other who is up, and which nodes have left or are to be forgotten (membership/node_table.hpp).
//
// Only who introduces itself is a member; a client asks for the handoff actor, and counts for nothing.

namespace ariadne {

/// The versions of the protocol between nodes that this program speaks.
inline constexpr crdt::version_range node_protocols{6, 7};

/// A node of the cluster file.
struct seed_node {
  std::string name;
  endpoint address;
};

struct cluster_membership_options {
  std::string cluster;
  std::string node;
  /// Where the others reach this node.
  endpoint address;
  /// The other nodes to connect to. This node itself may be among them.
  std::vector<seed_node> seeds;
  /// The nodes of which a majority agrees on the id of the cluster, this one among them unless it has joined; and the
  /// id as the journal of this node has it, which the actor that is registered as `storage_name` keeps there. Without a
  /// journal, no ids are told.
  std::set<std::string> voters;
  std::optional<membership::cluster_id> id;
  /// The incarnations that have written the journal, the last one at the end.
  std::vector<std::uint64_t> former;
  /// Where further nodes are found, whatever their names are; and how many there should be.
  std::optional<discovery_options> discovery;
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
  membership::heartbeat_options heartbeats;
  log_sink log = log_nothing;
};

/// The caller opens the port of `options.address` for it (`publish` in actors/network/basp.hpp), and then tells it of
/// the handoff pair; only then it connects to others. It runs until it is told to exit, and needs the actor system's
/// network module (actors/system_config.hpp).
cluster_membership_actor spawn_cluster_membership(caf::actor_system& system, cluster_membership_options options);

} // namespace ariadne
