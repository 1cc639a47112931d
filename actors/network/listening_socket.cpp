#include "actors/network/listening_socket.hpp"

#include "actors/error.hpp"
#include "actors/network/host_lookup.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace ariadne {

namespace {

/// Returns 0, or the number of the error.
int listen_at(const socket_address& address, tcp_socket& result) {
  tcp_socket socket{::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket)
    return errno;
  // A node may come back at once although connections of its predecessor are still being closed.
  const int on = 1;
  if (::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0
      || ::bind(socket.fd(), address.get(), address.size) != 0 || ::listen(socket.fd(), SOMAXCONN) != 0)
    return errno;
  result = std::move(socket);
  return 0;
}

bool is_loopback(const socket_address& address) {
  if (address.get()->sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "; stop what listens there, or choose another port";
    case EACCES:
    case EPERM:
      return "; a port below 1024 needs the privilege to bind it, so choose a higher one";
    case EADDRNOTAVAIL:
      return "; it is not an address of this machine";
    default:
      return {};
  }
}

} // namespace

caf::expected<tcp_socket> listen_at(const endpoint& address, bool is_confined) {
  auto addresses = look_up(address);
  if (!addresses)
    return std::move(addresses.error());
  std::stable_partition(addresses->begin(), addresses->end(),
                        [](const socket_address& each) { return each.get()->sa_family == AF_INET; });
  if (is_confined && !std::all_of(addresses->begin(), addresses->end(), is_loopback))
    return make_error(ec::port_not_opened,
                      "without certificates, connections are accepted at loopback addresses alone, such as 127.0.0.1: "
                      "make certificates with \"ariadne certificates\" and name them in [security], or set insecure = "
                      "true, and whoever reaches the port can do everything");
  int first_error = 0;
  for (const auto& each : *addresses) {
    tcp_socket result;
    const auto error = listen_at(each, result);
    if (error == 0)
      return result;
    if (first_error == 0)
      first_error = error;
    // Where another program has the port, nobody is to be led past it.
    if (error == EADDRINUSE)
      break;
  }
  return listening_error(first_error);
}

caf::error listening_error(int error) {
  return make_error(ec::port_not_opened, std::strerror(error) + advice(error));
}

} // namespace ariadne
