#include "actors/network/tcp_socket.hpp"

#include "actors/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ariadne {

namespace {

using steady_clock = std::chrono::steady_clock;

/// Below are those that the process opens for other purposes.
constexpr int descriptor_min = 64;
/// The kernel's table grows with the highest one.
constexpr int descriptor_max = 1 << 16;

/// Waits until the socket is ready for what is wanted, POLLIN or POLLOUT; returns false at the deadline.
bool wait_until_ready(int fd, short wanted, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{fd, wanted, 0};
    const auto ready = ::poll(&waiting, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

/// Returns 0, or the number of the error.
int connect_one(int fd, const addrinfo& address, steady_clock::time_point deadline) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  if (!wait_until_ready(fd, POLLOUT, deadline))
    return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

tcp_socket::~tcp_socket() {
  if (fd_ >= 0)
    ::close(fd_);
}

tcp_socket tcp_socket::duplicate() const {
  return tcp_socket{::fcntl(fd_, F_DUPFD_CLOEXEC, 0)};
}

tcp_socket tcp_socket::renumber() && {
  static std::atomic<int> last{descriptor_min};
  for (auto attempt = 0; attempt < 2; ++attempt) {
    // The system takes the lowest free number from here on.
    tcp_socket renumbered{::fcntl(fd_, F_DUPFD_CLOEXEC, last + 1)};
    last = renumbered && renumbered.fd() < descriptor_max ? renumbered.fd() : descriptor_min;
    if (renumbered)
      return renumbered;
  }
  return std::move(*this);
}

void tcp_socket::keep_alive() {
  const auto set = [this](int level, int option, int value) {
    ::setsockopt(fd_, level, option, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

bool tcp_socket::peek(std::span<std::byte> bytes, steady_clock::time_point deadline) const {
  // Otherwise, the first byte would be enough to be ready.
  const auto wait_for_bytes = [this](std::size_t count) {
    const auto size = static_cast<int>(count);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVLOWAT, &size, sizeof(size));
  };
  wait_for_bytes(bytes.size());
  const auto is_ready = wait_until_ready(fd_, POLLIN, deadline);
  wait_for_bytes(1);
  return is_ready
         && ::recv(fd_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT) == static_cast<ssize_t>(bytes.size());
}

void tcp_socket::hang_up(std::span<const std::byte> bytes, steady_clock::time_point deadline) {
  ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::shutdown(fd_, SHUT_WR);
  // A connection that is closed before all that came in has been read is reset, and what was sent may be lost.
  std::array<std::byte, 4096> dropped;
  while (wait_until_ready(fd_, POLLIN, deadline) && ::recv(fd_, dropped.data(), dropped.size(), 0) > 0)
    continue;
}

void tcp_socket::shut_down() {
  ::shutdown(fd_, SHUT_RDWR);
}

caf::expected<tcp_socket> tcp_connect(const endpoint& address, std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  if (const auto error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found))
    return make_error(ec::unreachable, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
  int error = EADDRNOTAVAIL;
  for (const auto* i = found; i != nullptr; i = i->ai_next) {
    tcp_socket socket{::socket(i->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    error = socket ? connect_one(socket.fd(), *i, steady_clock::now() + timeout) : errno;
    if (error == 0) {
      socket.keep_alive();
      return std::move(socket).renumber();
    }
  }
  return make_error(ec::unreachable, std::strerror(error));
}

} // namespace ariadne
