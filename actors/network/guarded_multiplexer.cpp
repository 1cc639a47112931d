#include "actors/network/guarded_multiplexer.hpp"

#include "actors/network/dial_attempt.hpp"
#include "actors/network/guarded_doorman.hpp"
#include "actors/network/guarded_scribe.hpp"
#include "actors/network/listening_socket.hpp"

#include <caf/io/network/native_socket.hpp>

#include <string>

namespace ariadne {

namespace {

constexpr std::chrono::seconds connect_time_max{10};

} // namespace

guarded_multiplexer::~guarded_multiplexer() {
  keeper_->end();
}

caf::io::scribe_ptr guarded_multiplexer::new_scribe(caf::io::network::native_socket fd) {
  return new_scribe(link_socket{tcp_socket{fd}});
}

caf::io::scribe_ptr guarded_multiplexer::new_scribe(link_socket link) {
  link.tcp.keep_alive();
  auto address = caf::io::network::remote_addr_of_fd(link.tcp.fd());
  return caf::make_counted<guarded_scribe>(*this, keeper_, std::move(link), connection_side::opened,
                                           address ? std::move(*address) : std::string{"another node"}, nullptr);
}

caf::expected<caf::io::scribe_ptr> guarded_multiplexer::new_tcp_scribe(const std::string& host, std::uint16_t port) {
  if (!security_.tls)
    return default_multiplexer::new_tcp_scribe(host, port);
  auto dialled =
    dial({host, port}, connect_time_max, dial_attempt::goal::connection, tls_for(security_.tls, std::string{}));
  if (!dialled)
    return std::move(dialled.error());
  return new_scribe(std::move(*dialled));
}

caf::io::doorman_ptr guarded_multiplexer::new_doorman(caf::io::network::native_socket fd) {
  return new_doorman(fd, std::make_shared<stranger_book>(log_nothing));
}

caf::io::doorman_ptr guarded_multiplexer::new_doorman(caf::io::network::native_socket fd,
                                                      std::shared_ptr<stranger_book> strangers) {
  return caf::make_counted<guarded_doorman>(*this, keeper_, fd, std::move(strangers), security_.tls);
}

caf::expected<caf::io::doorman_ptr> guarded_multiplexer::new_tcp_doorman(std::uint16_t port, const char* at, bool) {
  auto socket = listen_at({at == nullptr ? "::" : at, port}, is_confined(security_));
  // The system may have no IPv6.
  if (!socket && at == nullptr)
    socket = listen_at({"0.0.0.0", port}, is_confined(security_));
  if (!socket)
    return std::move(socket.error());
  return new_doorman(socket->release());
}

} // namespace ariadne
