#pragma once

// What clients of a node, and what is on it, say to its membership actor (actors/cluster_membership.hpp).

#include "actors/handoff_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne {

enum class member_state : std::uint8_t { up, down, left };

/// A node of the cluster as this node sees it; this node itself is among them.
struct member_status {
  std::string name;
  /// HOST:PORT.
  std::string address;
  member_state state = member_state::down;
  /// The incarnation of its replica; 0 if it was never up.
  std::uint64_t replica = 0;
  /// The time that a message takes there and back, in microseconds; 0 if it is not known.
  std::uint64_t round_trip_us = 0;
  /// How long ago it was last heard of, in milliseconds; 0 if it never was.
  std::uint64_t last_contact_ms = 0;
  /// Why it is down; empty if it is not, or if no attempt to connect to it has failed yet.
  std::string problem;

  template <class Inspector>
  friend auto inspect(Inspector& f, member_status& x) {
    return inspect_fields(f, "member_status", x.name, x.address, x.state, x.replica, x.round_trip_us, x.last_contact_ms,
                          x.problem);
  }
};

/// A page of members. The next page begins after the last of them.
struct members_page {
  std::vector<member_status> members;
  bool is_last = false;

  template <class Inspector>
  friend auto inspect(Inspector& f, members_page& x) {
    return inspect_fields(f, "members_page", x.members, x.is_last);
  }
};

/// The actor that knows the nodes of the cluster and is published at the node's port
/// (actors/cluster_membership.hpp).
using cluster_membership_actor = caf::typed_actor<
  // For clients: forgets a node that is down and that the cluster file does not list, and has the others do the same.
  // Answers true; an error says why it cannot be forgotten.
  answers<bool, forget_atom, std::string>,
  // For clients: the handoff actor of this node. An error while it is being restarted.
  answers<state_handoff_actor, handoff_atom>,
  // For clients: the actor that is registered on this node under a name, or null: the application's own services.
  answers<caf::strong_actor_ptr, get_atom, std::string>,
  // A page of the nodes that this node knows, itself first, the others by name: those that come after the given one, or
  // the first ones, if that is empty.
  answers<members_page, status_atom, std::string>>;

inline constexpr auto membership_name = "membership";

} // namespace ariadne
