#pragma once

#include "actors/caf_edition.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/internal/release_0_2.hpp"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>

namespace ariadne {

/// Has the membership actor of this node look for the session host of another one, which is up, on behalf of the actor
/// that `self` points to. Either `found(session_peer)` is called, without a handle if there is no host (yet), or
/// `failed()`. Each of the steps may take `timeout`.
template <class Self, class Timeout, class Found, class Failed>
void search_host(Self self, const known_node& node, Timeout timeout, Found found, Failed failed) {
  const auto phone_book = registered<phone_book_actor>(self->system(), membership_name);
  if (!phone_book)
    return failed();
  const auto fail = [failed](const caf::error&) { failed(); };
  mail(self, get_atom_v, node.node, to_string(host_atom_v))
    .request(phone_book, timeout)
    .then(
      [=](const caf::strong_actor_ptr& host) {
        if (!host)
          return found(session_peer{});
        mail(self, host_atom_v)
          .request(caf::actor_cast<peer_host_actor>(host), timeout)
          .then(found, [=](const caf::error&) { release_0_2::ask_replica(self, node.replica, timeout, found, fail); });
      },
      fail);
}

} // namespace ariadne
