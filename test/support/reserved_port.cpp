#include "test/support/reserved_port.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace ariadne::test {

// Two sockets may be bound to one port if both say SO_REUSEADDR and not both listen. So a port that is bound, and not
// listened at, is taken for everybody save those who ask for this very port.
reserved_port::reserved_port() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0
      || bind(socket_, generic, size) != 0 || getsockname(socket_, generic, &size) != 0)
    throw std::system_error(errno, std::generic_category(), "no free port");
  number_ = ntohs(address.sin_port);
}

reserved_port::~reserved_port() {
  close(socket_);
}

} // namespace ariadne::test
