#include "actors/basp.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/spoken_protocols.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/scribe_impl.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace ariadne {

namespace {

/// A handshake that is longer is not looked into.
constexpr std::size_t payload_max = std::size_t{1} << 16;

/// Nodes that speak other protocols come again and again; more hosts than these are not remembered.
constexpr std::size_t reports_max = 1000;

/// Has each host reported once that cannot be spoken to. All in the thread of the multiplexer.
class stranger_book {
public:
  explicit stranger_book(log_sink log) : log_(std::move(log)) {}

  void report(const std::string& host, const spoken_protocols& protocols) {
    const auto what = difference(protocols);
    if (what && reported_.size() < reports_max && reported_.insert(host).second)
      log_(log_level::warning,
           fmt::format("a node or client at {} cannot connect: it speaks another protocol: {}", host, *what));
  }

private:
  log_sink log_;
  std::set<std::string> reported_;
};

/// In whose name CAF's scribe works, which is of another type in each edition.
template <class Context>
Context* context_of(bool (caf::io::scribe::*)(Context*, const void*, std::size_t));
using scribe_context = decltype(context_of(&caf::io::scribe::consume));

/// A connection that another node has made. If that one speaks other protocols, it says so, and hangs up.
class accepted_scribe : public caf::io::network::scribe_impl {
public:
  accepted_scribe(caf::io::network::default_multiplexer& multiplexer, int fd, std::shared_ptr<stranger_book> strangers)
    : scribe_impl(multiplexer, fd), strangers_(std::move(strangers)) {}

  bool consume(scribe_context context, const void* data, std::size_t size) override {
    if (const auto strangers = std::exchange(strangers_, nullptr))
      if (const auto protocols = read_farewell({static_cast<const std::byte*>(data), size}))
        strangers->report(addr(), *protocols);
    return scribe_impl::consume(context, data, size);
  }

private:
  /// Until the first header has come.
  std::shared_ptr<stranger_book> strangers_;
};

/// Accepts connections as CAF's own doorman does, but under descriptors that have not been in use for long.
class doorman : public caf::io::network::doorman_impl {
public:
  doorman(caf::io::network::default_multiplexer& multiplexer, int fd, log_sink log)
    : doorman_impl(multiplexer, fd), strangers_(std::make_shared<stranger_book>(std::move(log))) {}

  bool new_connection() override {
    if (detached())
      return false;
    auto& multiplexer = acceptor_.backend();
    tcp_socket socket{acceptor_.accepted_socket()};
    // Nodes show each other that they are alive; clients do not.
    socket.keep_alive();
    const auto fd = std::move(socket).renumber().release();
    caf::io::scribe_ptr accepted = caf::make_counted<accepted_scribe>(multiplexer, fd, strangers_);
    const auto handle = accepted->hdl();
    parent()->add_scribe(std::move(accepted));
    return caf::io::doorman::new_connection(&multiplexer, handle);
  }

private:
  std::shared_ptr<stranger_book> strangers_;
};

/// What the node at the other end of `socket` speaks, as soon as it has said so.
caf::expected<spoken_protocols> listen_to(const tcp_socket& socket, std::chrono::steady_clock::time_point deadline) {
  handshake_header header;
  // No more than is needed: what does not speak CAF's protocol may say little.
  if (!socket.peek(header.bytes(), deadline))
    return caf::error{caf::sec::request_timeout};
  if (!header.is_cafs())
    return make_error(ec::foreign_protocol, "not CAF's");
  if (header.payload_size() > payload_max)
    return header.protocols({});
  std::string handshake(header_size + header.payload_size(), '\0');
  if (!socket.peek(std::as_writable_bytes(std::span{handshake}), deadline))
    return caf::error{caf::sec::request_timeout};
  return header.protocols(std::string_view{handshake}.substr(header_size));
}

/// Has CAF's broker for connections to other nodes do something, in the thread of the multiplexer, where it lives.
template <class Function>
void post_to_broker(caf::actor_system& system, Function function) {
  auto& middleman = system.middleman();
  const auto basp = middleman.named_broker<caf::io::basp_broker>(basp_name);
  middleman.backend().post(
    [basp, function] { function(*static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(basp))); });
}

/// CAF names a connection by its descriptor.
void shut_down(const caf::io::connection_handle& connection) {
  ::shutdown(static_cast<int>(connection.id()), SHUT_RDWR);
}

} // namespace

caf::expected<tcp_socket> connect_to_node(const endpoint& address, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto connected = tcp_connect(address, timeout);
  if (!connected)
    return connected;
  const auto protocols = listen_to(*connected, deadline);
  if (!protocols)
    return protocols.error();
  if (auto what = difference(*protocols)) {
    connected->hang_up(farewell(own_protocols()), deadline);
    return make_error(ec::foreign_protocol, std::move(*what));
  }
  return connected;
}

caf::expected<std::uint16_t> open_port(caf::actor_system& system, const cluster_membership_actor& whom,
                                       const endpoint& address, log_sink log) {
  auto& middleman = system.middleman();
  const auto socket = caf::io::network::new_tcp_acceptor_impl(address.port, address.host.c_str(), true);
  if (!socket)
    return socket.error();
  auto& multiplexer = dynamic_cast<caf::io::network::default_multiplexer&>(middleman.backend());
  caf::io::doorman_ptr opened = caf::make_counted<doorman>(multiplexer, *socket, std::move(log));
  const auto port = opened->port();
  auto messages = system.message_types(whom);
  announce_protocols(messages);
  anon_mail(caf::publish_atom_v, std::move(opened), port, caf::actor_cast<caf::strong_actor_ptr>(whom),
            std::move(messages))
    .send(middleman.named_broker<caf::io::basp_broker>(basp_name));
  return port;
}

void disconnect(caf::actor_system& system, const caf::node_id& node) {
  // CAF itself never ends a connection, and cleans up after one that has been shut down.
  post_to_broker(system, [node](caf::io::basp_broker& broker) {
    if (const auto connection = broker.instance.tbl().lookup_direct(node))
      shut_down(*connection);
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
