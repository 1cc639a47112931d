#include "actors/basp.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/basp/message_type.hpp>
#include <caf/io/basp/version.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>

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

/// What a node sends first: a header, in the layout that all versions of the protocol share, of numbers with the most
/// significant byte first. In the header of a handshake, the second half has the version.
class first_header {
public:
  static constexpr std::size_t operation = 0;
  static constexpr std::size_t version = 8;
  static constexpr std::size_t size = 16;

  std::span<std::byte> bytes() {
    return bytes_;
  }

  /// The version of the protocol that the node speaks, or nothing if that is not CAF's.
  std::optional<std::uint64_t> protocol_version() const {
    if (bytes_[operation] != std::byte{static_cast<std::uint8_t>(caf::io::basp::message_type::server_handshake)})
      return std::nullopt;
    return std::accumulate(bytes_.begin() + version, bytes_.end(), std::uint64_t{0},
                           [](std::uint64_t number, std::byte b) { return number << 8 | std::to_integer<int>(b); });
  }

private:
  std::array<std::byte, size> bytes_{};
};

} // namespace

caf::expected<tcp_socket> connect_to_node(const endpoint& address, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto connected = tcp_connect(address, timeout);
  if (!connected)
    return connected;
  first_header header;
  if (!connected->peek(header.bytes(), deadline))
    return caf::error{caf::sec::request_timeout};
  const auto version = header.protocol_version();
  if (!version)
    return make_error(ec::foreign_protocol, "not CAF's");
  if (*version != caf::io::basp::version)
    return make_error(ec::foreign_protocol, fmt::format("version {} of CAF's, and this program version {}", *version,
                                                        std::uint64_t{caf::io::basp::version}));
  return connected;
}

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

void end_unheard_connections(caf::actor_system& system) {
  auto& middleman = system.middleman();
  const auto basp = middleman.named_broker<caf::io::basp_broker>(basp_name);
  middleman.backend().post([basp] {
    auto& broker = *static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(basp));
    for (const auto& [connection, context] : broker.ctx) {
      const auto is_shaking_hands = context.callback || caf::io::basp::is_handshake(context.hdr);
      if (!is_shaking_hands && !broker.instance.tbl().lookup_direct(connection))
        ::shutdown(static_cast<int>(connection.id()), SHUT_RDWR);
    }
  });
}

} // namespace ariadne
