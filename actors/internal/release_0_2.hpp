#pragma once

#include "actors/caf_edition.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/replica_messages.hpp"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/result.hpp>

// What this program and one of release 0.2.0 need to find each other's session hosts. There a node asks the replica of
// another one who the session host of its node is. Nothing else knows of that; it goes with the last program that
// speaks with 0.2.0 (docs/decisions/0019-one-phone-book.md).

namespace ariadne::release_0_2 {

using host_finding_replica = caf::typed_actor<answers<session_peer, host_atom>>;

/// What a replica, to which `self` points, answers a node of 0.2.0: without a handle if there is no host (yet).
template <class Self>
caf::result<session_peer> find_host(Self self) {
  const auto host = registered<peer_host_actor>(self->system(), to_string(host_atom_v));
  if (!host)
    return session_peer{};
  return mail(self, host_atom_v).delegate(host);
}

/// Asks the replica of a node of 0.2.0 for the host of that.
template <class Self, class Timeout, class Found, class Failed>
void ask_replica(Self self, const neighbour& replica, Timeout timeout, Found found, Failed failed) {
  mail(self, host_atom_v).request(caf::actor_cast<host_finding_replica>(replica.handle), timeout).then(found, failed);
}

} // namespace ariadne::release_0_2
