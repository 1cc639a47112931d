#pragma once

#include "actors/caf_edition.hpp"
#include "actors/endpoint.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/log.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network_security.hpp"
#include "crdt/replica_options.hpp"

#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/io/scribe.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

// Our own ways into CAF's network layer, beside `publish` and `remote_actor`. Those lose connections: CAF names a
// connection by its descriptor, and cleans up some time after it has closed. A connection that was given the same
// descriptor meanwhile is forgotten by that, while its socket stays open, and whoever has opened it waits for ever. So
// ours get descriptors that have not been in use for long.

namespace ariadne {

/// Connects to the node at `address`, which is any node of the cluster, as the system is secured, and waits until it
/// begins CAF's handshake, which is still to be made. The error is
/// `host_unresolved`, `unreachable`, `foreign_protocol` if the node speaks another version of CAF's protocol or of
/// ours, which it is told then (actors/network/spoken_protocols.hpp), or CAF's `request_timeout` if the node is silent.
/// Blocks, no longer than `timeout`.
caf::expected<link_socket> connect_to_node(caf::actor_system& system, const endpoint& address,
                                           std::chrono::milliseconds timeout);

/// How the system is connected to others. It needs our network module (actors/system_config.hpp).
const network_security& security_of(caf::actor_system& system);

/// Whether the other node may have this name: it has shown a certificate for it, or connections are plain.
bool may_be_named(caf::actor_system& system, const caf::node_id& node, std::string_view name);

/// CAF's end of a connection that has been opened from here.
caf::io::scribe_ptr new_scribe(caf::actor_system& system, link_socket link);

/// Lets CAF shake hands, on behalf of the actor `self` points to, with the node at the other end of `socket`, to whose
/// `port` it is connected. The answer is that of CAF's `remote_actor`: node, published actor, and its messages. A
/// caller that gives up has to shut the connection down, for CAF never does.
template <class Self>
auto request_handshake(Self& self, std::chrono::milliseconds timeout, link_socket link, std::uint16_t port) {
  auto& middleman = self->system().middleman();
  return mail(self, caf::connect_atom_v, new_scribe(self->system(), std::move(link)), port)
    .request(middleman.template named_broker<caf::io::basp_broker>(basp_name), timeout);
}

/// A socket for the connections of other nodes to `address`, as the system is secured; the system chooses the port if
/// it is given as 0. The errors are those of `listen_at` (actors/network/listening_socket.hpp).
caf::expected<tcp_socket> listen_for_nodes(caf::actor_system& system, const endpoint& address);

/// Publishes `whom` at this socket, which accepts connections. Whatever closes a connection is told to `log`: that a
/// node has hung up because it speaks another protocol, once for each host; anything else once a minute. From now on,
/// the connections of the system take messages as large as `limits` make necessary. The system needs our network module
/// (actors/system_config.hpp).
void publish(caf::actor_system& system, const peer_membership_actor& whom, tcp_socket socket, log_sink log,
             const crdt::replica_limits& limits = {});

/// Ends the connection to another node, if there is one: all actors there are lost to this side, and if the other side
/// is reached by the end of the connection, the other way round. Returns before.
void disconnect(caf::actor_system& system, const caf::node_id& node);

/// Tells `found`, in the thread of the multiplexer, by which connection this side speaks to another node, if there is
/// one. Returns before.
void find_connection(caf::actor_system& system, const caf::node_id& node,
                     std::function<void(std::optional<std::int64_t>)> found);

/// Ends the connections by which other nodes speak to this one without being heard, if there are any. Where two nodes
/// connect to each other at the same moment, each may use the connection that it has made itself; CAF 1.x keeps both
/// then, but takes what comes by the other one for messages of nobody. Returns before.
void end_unheard_connections(caf::actor_system& system);

} // namespace ariadne
