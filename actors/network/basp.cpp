#include "actors/network/basp.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/caf_edition_network.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/dial_attempt.hpp"
#include "actors/network/guarded_multiplexer.hpp"
#include "actors/network/listening_socket.hpp"
#include "actors/network/spoken_protocols.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace ariadne {

namespace {

/// Has CAF's broker for connections to other nodes do something, in the thread of the multiplexer, where it lives.
template <class Function>
void post_to_broker(caf::actor_system& system, Function function) {
  auto& middleman = system.middleman();
  const auto basp = middleman.named_broker<caf::io::basp_broker>(basp_name);
  middleman.backend().post([basp, function] {
    auto& broker = *static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(basp));
    // When it has ended, it has no connections, and nothing that could be asked for them.
    if (!broker.getf(caf::abstract_actor::is_terminated_flag))
      function(broker);
  });
}

guarded_multiplexer& multiplexer_of(caf::actor_system& system) {
  return dynamic_cast<guarded_multiplexer&>(system.middleman().backend());
}

/// CAF names a connection by its descriptor.
void shut_down(const caf::io::connection_handle& connection) {
  ::shutdown(static_cast<int>(connection.id()), SHUT_RDWR);
}

} // namespace

caf::expected<link_socket> connect_to_node(caf::actor_system& system, const endpoint& address,
                                           std::chrono::milliseconds timeout) {
  return dial(address, timeout, dial_attempt::goal::handshake, tls_for(security_of(system).tls, std::string{}));
}

const network_security& security_of(caf::actor_system& system) {
  return multiplexer_of(system).security();
}

bool may_be_named(caf::actor_system& system, const caf::node_id& node, std::string_view name) {
  const auto& desk = multiplexer_of(system).keeper().desk();
  return !desk || node == system.node() || desk->identities().is_node(detail::bytes_of(system, node), name);
}

caf::io::scribe_ptr new_scribe(caf::actor_system& system, link_socket link) {
  return multiplexer_of(system).new_scribe(std::move(link));
}

caf::expected<tcp_socket> listen_for_nodes(caf::actor_system& system, const endpoint& address) {
  return listen_at(address, is_confined(security_of(system)));
}

void publish(caf::actor_system& system, const peer_membership_actor& whom, tcp_socket socket, log_sink log,
             const crdt::replica_limits& limits) {
  auto& middleman = system.middleman();
  auto& multiplexer = multiplexer_of(system);
  multiplexer.keeper().configure(payload_bytes_max_of(limits), log);
  auto opened = multiplexer.new_doorman(socket.release(), std::make_shared<stranger_book>(std::move(log)));
  const auto port = opened->port();
  auto messages = system.message_types(whom);
  announce_protocols(messages);
  anon_mail(caf::publish_atom_v, std::move(opened), port, caf::actor_cast<caf::strong_actor_ptr>(whom),
            std::move(messages))
    .send(middleman.named_broker<caf::io::basp_broker>(basp_name));
}

void disconnect(caf::actor_system& system, const caf::node_id& node) {
  // CAF itself never ends a connection, and cleans up after one that has been shut down.
  post_to_broker(system, [node](caf::io::basp_broker& broker) {
    if (const auto connection = broker.instance.tbl().lookup_direct(node))
      shut_down(*connection);
  });
}

void find_connection(caf::actor_system& system, const caf::node_id& node,
                     std::function<void(std::optional<std::int64_t>)> found) {
  post_to_broker(system, [node, found = std::move(found)](caf::io::basp_broker& broker) {
    const auto connection = broker.instance.tbl().lookup_direct(node);
    found(connection ? std::optional{connection->id()} : std::nullopt);
  });
}

void end_unheard_connections(caf::actor_system& system) {
  post_to_broker(system, [](caf::io::basp_broker& broker) {
    for (const auto& [connection, context] : broker.ctx) {
      const auto is_shaking_hands = context.callback || caf::io::basp::is_handshake(context.hdr);
      if (!is_shaking_hands && !broker.instance.tbl().lookup_direct(connection))
        shut_down(connection);
    }
  });
}

} // namespace ariadne
