#pragma once

// What the membership actors of two nodes say to each other, and the actors of a node to its own.

#include "actors/internal/replica_messages.hpp"
#include "actors/member_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne {

/// What one node tells others of a third one: see membership::news.
struct member_news {
  std::string name;
  /// HOST:PORT at which it is reached; may be empty if it is not up.
  std::string address;
  /// `left`: it has left or has been forgotten, this incarnation of it.
  member_state state = member_state::down;
  std::uint64_t replica = 0;
  /// How long ago it last gave the sender a sign of life, or has left or was forgotten, in milliseconds.
  std::uint64_t age_ms = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, member_news& x) {
    return inspect_fields(f, "member_news", x.name, x.address, x.state, x.replica, x.age_ms);
  }
};

/// How a node introduces itself to another node, as request and as answer. Its sender is the node's
/// `cluster_membership_actor`.
struct node_introduction {
  /// The versions of the protocol between nodes that it speaks.
  crdt::version_range protocols;
  std::string cluster;
  std::string node;
  /// HOST:PORT at which the node accepts connections.
  std::string address;
  /// If that names no host, but all interfaces (0.0.0.0 or ::): HOST:PORT at which the receiver reaches the node. Empty
  /// if the node does not know it.
  std::string reached_at;
  /// Its replica, with the incarnation; the handle is null while the node has none (it is restarting the pair).
  neighbour replica;
  /// The other nodes that it knows, so that joiners are learnt of.
  std::vector<member_news> members;

  template <class Inspector>
  friend auto inspect(Inspector& f, node_introduction& x) {
    return inspect_fields(f, "node_introduction", x.protocols, x.cluster, x.node, x.address, x.reached_at, x.replica,
                          x.members);
  }
};

/// A sign of life from one membership actor to another. The times are of a monotonic clock of one node each.
struct heartbeat {
  /// When this was sent, in microseconds.
  std::uint64_t sent_us = 0;
  /// `sent_us` of the last heartbeat that came from the other side, and how long ago that was; 0 if none has.
  std::uint64_t echo_us = 0;
  std::uint64_t echo_age_us = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, heartbeat& x) {
    return inspect_fields(f, "heartbeat", x.sent_us, x.echo_us, x.echo_age_us);
  }
};

/// What the answering node makes of an introduction: its own, or a refusal with the reason, one sentence without a
/// final stop.
struct introduction_result {
  bool accepted = false;
  std::string reason;
  node_introduction node;
  /// It is refused since another node that is up has its name.
  bool is_name_taken = false;

  template <class Inspector>
  friend auto inspect(Inspector& f, introduction_result& x) {
    return inspect_fields(f, "introduction_result", x.accepted, x.reason, x.node, x.is_name_taken);
  }
};

/// The membership actor, as those of other nodes and the supervisor of its own know it. This is what is published.
using peer_membership_actor = cluster_membership_actor::extend<
  // A node introduces itself; the answer introduces this node, or refuses with a reason.
  answers<introduction_result, introduce_atom, node_introduction>,
  // The sender, which has introduced itself, is alive.
  takes<heartbeat>,
  // Another node, at this address (HOST:PORT), has introduced itself to the sender under the name of this one.
  takes<name_taken_atom, std::string>,
  // The node of this name, which the sender has introduced, leaves. Answers whether it was a member until then.
  answers<bool, leave_atom, std::string>,
  // What the sender, which has introduced itself, knows of other nodes.
  takes<std::vector<member_news>>,
  // From the supervisor on this node: the handoff pair has been started, or started anew.
  takes<handoff_atom, state_handoff_actor>,
  // From the node on its way out: tells the others that this node leaves, and answers once they know. From then on it
  // neither connects to others nor accepts them. Answers false if one of them could not be told.
  answers<bool, leave_atom>>;

/// The same actor, for what is on its own node. It is registered as `membership_name`.
using phone_book_actor = caf::typed_actor<
  // The actor that is registered on another node, which is up, under a name; null if there is none.
  answers<caf::strong_actor_ptr, get_atom, std::string, std::string>>;

} // namespace ariadne
