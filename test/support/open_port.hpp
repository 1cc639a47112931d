#pragma once

#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/log.hpp"
#include "actors/network/basp.hpp"

#include <stdexcept>
#include <utility>

namespace ariadne::test {

/// Publishes `whom` at `address`, as the supervisor of a node does. Throws if the port cannot be had.
inline void open_port(caf::actor_system& system, const peer_membership_actor& whom, const endpoint& address,
                      log_sink log) {
  auto socket = listen_for_nodes(system, address);
  if (!socket)
    throw std::runtime_error(describe(socket.error()));
  publish(system, whom, std::move(*socket), std::move(log));
}

} // namespace ariadne::test
