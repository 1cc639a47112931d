#include "actors/network/tcp_socket.hpp"

#include "actors/network/dial_attempt.hpp"

#include <caf/io/network/native_socket.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>

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

} // namespace

tcp_socket::~tcp_socket() {
  if (fd_ >= 0)
    ::close(fd_);
}

std::string tcp_socket::local_host() const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  std::array<char, NI_MAXHOST> host{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(fd_, generic, &size) != 0
      || ::getnameinfo(generic, size, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return {};
  return host.data();
}

std::uint16_t tcp_socket::local_port() const {
  const auto port = caf::io::network::local_port_of_fd(fd_);
  return port ? *port : std::uint16_t{0};
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
  auto connected = dial(address, timeout, dial_attempt::goal::connection, std::nullopt);
  if (!connected)
    return std::move(connected.error());
  return std::move(connected->tcp);
}

} // namespace ariadne
