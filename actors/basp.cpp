#include "actors/basp.hpp"

#include "actors/caf_edition.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>

#include <sys/socket.h>

namespace ariadne {

namespace {

/// Accepts connections as CAF's own doorman does, but under descriptors that have not been in use for long.
class doorman : public caf::io::network::doorman_impl {
public:
  using doorman_impl::doorman_impl;

  bool new_connection() override {
    if (detached())
      return false;
    auto& multiplexer = acceptor_.backend();
    tcp_socket socket{acceptor_.accepted_socket()};
    // Nodes show each other that they are alive; clients do not.
    socket.keep_alive();
    auto accepted = multiplexer.new_scribe(std::move(socket).renumber().release());
    const auto handle = accepted->hdl();
    parent()->add_scribe(std::move(accepted));
    return caf::io::doorman::new_connection(&multiplexer, handle);
  }
};

} // namespace

caf::expected<std::uint16_t> open_port(caf::actor_system& system, const cluster_membership_actor& whom,
                                       const endpoint& address) {
  auto& middleman = system.middleman();
  const auto socket = caf::io::network::new_tcp_acceptor_impl(address.port, address.host.c_str(), true);
  if (!socket)
    return socket.error();
  auto& multiplexer = dynamic_cast<caf::io::network::default_multiplexer&>(middleman.backend());
  caf::io::doorman_ptr opened = caf::make_counted<doorman>(multiplexer, *socket);
  const auto port = opened->port();
  anon_mail(caf::publish_atom_v, std::move(opened), port, caf::actor_cast<caf::strong_actor_ptr>(whom),
            system.message_types(whom))
    .send(middleman.named_broker<caf::io::basp_broker>(basp_name));
  return port;
}

void disconnect(caf::actor_system& system, const caf::node_id& node) {
  auto& middleman = system.middleman();
  const auto basp = middleman.named_broker<caf::io::basp_broker>(basp_name);
  // CAF itself never ends a connection. Its broker lives in the thread of the multiplexer, which names a connection by
  // its descriptor, and cleans up after a connection that has been shut down.
  middleman.backend().post([basp, node] {
    auto& broker = *static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(basp));
    if (const auto connection = broker.instance.tbl().lookup_direct(node))
      ::shutdown(static_cast<int>(connection->id()), SHUT_RDWR);
  });
}

} // namespace ariadne
