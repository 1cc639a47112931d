#pragma once

// The one place for what our actors say to each other: message structs, atoms, typed handles, type IDs.
// Everything that crosses the wire between two nodes is a `sync_frame` (our own codec's bytes) or one of the
// membership messages below.

#include "actors/caf_edition.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// The first of the type IDs that Ariadne takes in the actor system; define it to move them all.
#ifndef ARIADNE_FIRST_TYPE_ID
#define ARIADNE_FIRST_TYPE_ID 4000
#endif

namespace ariadne {

// -- the replicated map ----------------------------------------------------------------------------------------------

/// Bytes of the replication protocol (crdt/codec.hpp), from one replica to another.
struct sync_frame {
  std::string bytes;
};

/// One write event, as actors name it: see crdt::dot.
struct event_id {
  std::uint64_t replica = 0;
  std::uint64_t counter = 0;
};

/// What is read from the map.
struct map_entry {
  bool found = false;
  std::string value;
  event_id event;
  /// The replica has caught up with all its neighbours; if not, `found == false` proves nothing.
  bool caught_up = false;
};

/// Another replica, to which changes are to be sent.
struct neighbour {
  std::uint64_t replica = 0;
  /// A `crdt_replica_actor`.
  caf::strong_actor_ptr handle;
};

/// What a replica reports of itself. Counters only grow.
struct replica_status {
  std::uint64_t replica = 0;
  bool caught_up = false;
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  /// Neighbours that changes are sent to.
  std::uint64_t neighbours = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

// -- handoff ---------------------------------------------------------------------------------------------------------

/// A session's state as it is kept: the name and schema version of its type, and its serialised bytes.
struct snapshot {
  std::string type_name;
  std::uint32_t schema_version = 0;
  std::string bytes;
};

/// What `stash` answers: the event, and the replicas that held it at that time, this node's own among them.
struct receipt {
  event_id event;
  std::vector<std::uint64_t> holders;
};

/// Whether a key was there. `pending`: this node has not yet caught up with the members it knows, so absence proves
/// nothing.
enum class pickup_outcome : std::uint8_t { found, absent, pending };

/// What `pickup` and `take` answer; `state` and `event` are set if the outcome is `found`.
struct pickup_result {
  pickup_outcome outcome = pickup_outcome::absent;
  snapshot state;
  event_id event;
};

/// What `drain` answers.
struct drain_report {
  /// The present members have acknowledged every event of this node.
  bool complete = false;
  /// How many other members were present.
  std::uint64_t members = 0;
  /// The keys whose last write here not every present member has acknowledged.
  std::vector<std::string> not_handed_over;
};

enum class member_state : std::uint8_t { up, down, left };

/// A node of the cluster as this node sees it; this node itself is among them.
struct member_status {
  std::string name;
  /// HOST:PORT.
  std::string address;
  member_state state = member_state::down;
  /// The incarnation of its replica; 0 if it was never up.
  std::uint64_t replica = 0;
};

/// What a handoff actor reports of itself. Of the members, ask the membership actor.
struct node_status {
  std::string node;
  std::string cluster;
  replica_status replica;
};

// -- membership ------------------------------------------------------------------------------------------------------

/// How a node introduces itself to another node, as request and as answer. Its sender is the node's
/// `cluster_membership_actor`.
struct node_introduction {
  /// Version of the protocol between nodes.
  std::uint32_t protocol = 0;
  std::string cluster;
  std::string node;
  /// HOST:PORT at which the node accepts connections.
  std::string address;
  /// Its replica, with the incarnation; the handle is null while the node has none (it is restarting the pair).
  neighbour replica;
  /// The other members that it knows, so that joiners are learnt of.
  std::vector<member_status> members;
};

/// What the answering node makes of an introduction: its own, or a refusal with the reason, one sentence without a
/// final stop.
struct introduction_result {
  bool accepted = false;
  std::string reason;
  node_introduction node;
};

// Inspection: one line for each message.

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, sync_frame& x) {
  return inspect_fields(f, "sync_frame", x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_id& x) {
  return inspect_fields(f, "event_id", x.replica, x.counter);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, map_entry& x) {
  return inspect_fields(f, "map_entry", x.found, x.value, x.event, x.caught_up);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, neighbour& x) {
  return inspect_fields(f, "neighbour", x.replica, x.handle);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, replica_status& x) {
  return inspect_fields(f, "replica_status", x.replica, x.caught_up, x.keys, x.bytes, x.neighbours, x.frames_sent,
                        x.frames_received, x.bytes_sent, x.bytes_received);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, snapshot& x) {
  return inspect_fields(f, "snapshot", x.type_name, x.schema_version, x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, receipt& x) {
  return inspect_fields(f, "receipt", x.event, x.holders);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pickup_result& x) {
  return inspect_fields(f, "pickup_result", x.outcome, x.state, x.event);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain_report& x) {
  return inspect_fields(f, "drain_report", x.complete, x.members, x.not_handed_over);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member_status& x) {
  return inspect_fields(f, "member_status", x.name, x.address, x.state, x.replica);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_status& x) {
  return inspect_fields(f, "node_status", x.node, x.cluster, x.replica);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_introduction& x) {
  return inspect_fields(f, "node_introduction", x.protocol, x.cluster, x.node, x.address, x.replica, x.members);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, introduction_result& x) {
  return inspect_fields(f, "introduction_result", x.accepted, x.reason, x.node);
}

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_messages, ARIADNE_FIRST_TYPE_ID)

  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::sync_frame))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::event_id))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::map_entry))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::neighbour))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::neighbour>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replica_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::snapshot))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_outcome))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_result))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::drain_report))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_state))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::member_status>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_introduction))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::introduction_result))

  CAF_ADD_ATOM(ariadne_messages, ariadne, put_atom, "put")
  CAF_ADD_ATOM(ariadne_messages, ariadne, get_atom, "get")
  CAF_ADD_ATOM(ariadne_messages, ariadne, erase_atom, "erase")
  CAF_ADD_ATOM(ariadne_messages, ariadne, keys_atom, "keys")
  CAF_ADD_ATOM(ariadne_messages, ariadne, status_atom, "status")
  CAF_ADD_ATOM(ariadne_messages, ariadne, neighbours_atom, "neighbours")
  CAF_ADD_ATOM(ariadne_messages, ariadne, stash_atom, "stash")
  CAF_ADD_ATOM(ariadne_messages, ariadne, pickup_atom, "pickup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, take_atom, "take")
  CAF_ADD_ATOM(ariadne_messages, ariadne, discard_atom, "discard")
  CAF_ADD_ATOM(ariadne_messages, ariadne, drain_atom, "drain")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_up_atom, "nodeup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_down_atom, "nodedown")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_left_atom, "nodeleft")
  CAF_ADD_ATOM(ariadne_messages, ariadne, introduce_atom, "introduce")
  CAF_ADD_ATOM(ariadne_messages, ariadne, handoff_atom, "handoff")
  CAF_ADD_ATOM(ariadne_messages, ariadne, replica_atom, "replica")
  CAF_ADD_ATOM(ariadne_messages, ariadne, leave_atom, "leave")
  CAF_ADD_ATOM(ariadne_messages, ariadne, tick_atom, "tick")
  CAF_ADD_ATOM(ariadne_messages, ariadne, work_atom, "work")

CAF_END_TYPE_ID_BLOCK(ariadne_messages)

namespace ariadne {

/// The actor around one replica of the map (actors/crdt_replica.hpp).
using crdt_replica_actor = caf::typed_actor<
  // Writes the value under the key; the expiry is in milliseconds since the epoch, 0 for never. Answers the event.
  answers<event_id, put_atom, std::string, std::string, std::uint64_t>,
  // Reads the key.
  answers<map_entry, get_atom, std::string>,
  // Erases the key. Answers what was there before; the event is that of the erase.
  answers<map_entry, erase_atom, std::string>,
  // The readable keys that start with the prefix, sorted.
  answers<std::vector<std::string>, keys_atom, std::string>,
  // Replaces the set of neighbours to which changes are sent; each one must have acknowledged an event before
  // `drain` counts it as handed over.
  takes<neighbours_atom, std::vector<neighbour>>,
  // Answers once all neighbours have acknowledged all events of this replica, or when the time (in milliseconds) is up.
  answers<drain_report, drain_atom, std::uint64_t>,
  // What this replica has and does.
  answers<replica_status, status_atom>,
  // A frame of the replication protocol from another replica.
  takes<sync_frame>>;

/// The actor that applications talk to (actors/state_handoff.hpp).
using state_handoff_actor = caf::typed_actor<
  // Keeps the state under the key, replicates it, and answers a receipt.
  answers<receipt, stash_atom, std::string, snapshot>,
  // Reads the state under the key and leaves it there.
  answers<pickup_result, pickup_atom, std::string>,
  // Reads the state under the key and discards what was read.
  answers<pickup_result, take_atom, std::string>,
  // Forgets the state under the key. Answers whether there was one.
  answers<bool, discard_atom, std::string>,
  // The keys that start with the prefix, sorted.
  answers<std::vector<std::string>, keys_atom, std::string>,
  // Refuses new stashes from now on, and answers once every present member has acknowledged all events of this node,
  // or when the time (in milliseconds) is up.
  answers<drain_report, drain_atom, std::uint64_t>,
  // This node's name and cluster, and its replica.
  answers<node_status, status_atom>,
  // Its replica: what other nodes have to know to replicate with this one.
  answers<neighbour, replica_atom>,
  // A node is up, with this replica: from now on a neighbour. Sent by the membership actor.
  takes<node_up_atom, std::string, neighbour>,
  // The node is not connected (any more), or its replica is being restarted; it may come back.
  takes<node_down_atom, std::string>,
  // A node has said that it leaves.
  takes<node_left_atom, std::string>>;

/// The actor that knows the nodes of the cluster and is published at the node's port
/// (actors/cluster_membership.hpp).
using cluster_membership_actor = caf::typed_actor<
  // A node introduces itself; the answer introduces this node, or refuses with a reason.
  answers<introduction_result, introduce_atom, node_introduction>,
  // The node of this name, which the sender has introduced, leaves. Answers whether it was a member until then.
  answers<bool, leave_atom, std::string>,
  // For clients: the handoff actor of this node. An error while it is being restarted.
  answers<state_handoff_actor, handoff_atom>,
  // For clients: the actor that is registered on this node under a name, or null: the application's own services.
  answers<caf::strong_actor_ptr, get_atom, std::string>,
  // From the supervisor on this node: the handoff pair has been started, or started anew.
  takes<handoff_atom, state_handoff_actor>,
  // The nodes that this node knows, itself first, the others by name.
  answers<std::vector<member_status>, status_atom>,
  // From the node on its way out: tells the others that this node leaves, and answers once they know. From then on it
  // neither connects to others nor accepts them. Answers false if one of them could not be told.
  answers<bool, leave_atom>>;

} // namespace ariadne

// Handles that are sent in messages: a block of its own, since they are made of the atoms of the first one. The IDs up
// to caf::id_block::ariadne::end are ours.
CAF_BEGIN_TYPE_ID_BLOCK(ariadne, caf::id_block::ariadne_messages::end)

  CAF_ADD_TYPE_ID(ariadne, (ariadne::state_handoff_actor))

CAF_END_TYPE_ID_BLOCK(ariadne)
