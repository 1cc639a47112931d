#pragma once

#include "actors/cluster_membership.hpp"
#include "actors/internal/node_messages.hpp"

#include <caf/actor_system.hpp>

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

/// The caller opens the port of `options.address` for it (`publish` in actors/network/basp.hpp), and then tells it of
/// the handoff pair; only then it connects to others. It runs until it is told to exit, and needs the actor system's
/// network module (actors/system_config.hpp).
peer_membership_actor spawn_cluster_membership(caf::actor_system& system, cluster_membership_options options);

} // namespace ariadne
