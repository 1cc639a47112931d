#include "actors/tcp_probe.hpp"

#include "actors/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;

class tcp_socket {
public:
  explicit tcp_socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;
  ~tcp_socket() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int fd() const {
    return fd_;
  }

private:
  int fd_;
};

/// Waits for `events`; returns false at the deadline.
bool wait_for(int fd, short events, clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd waiting{fd, events, 0};
    const auto ready = ::poll(&waiting, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

/// Returns what is wrong with the address, or nothing.
std::string probe(const addrinfo& address, clock::time_point deadline) {
  tcp_socket probed{address.ai_family};
  if (probed.fd() < 0)
    return std::strerror(errno);
  if (::connect(probed.fd(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS)
      return std::strerror(errno);
    if (!wait_for(probed.fd(), POLLOUT, deadline))
      return "no answer in time";
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(probed.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
      return std::strerror(error != 0 ? error : errno);
  }
  if (!wait_for(probed.fd(), POLLIN, deadline))
    return "whoever accepts connections there does not greet as a node does";
  char first = 0;
  if (::recv(probed.fd(), &first, sizeof(first), 0) <= 0)
    return "whoever accepts connections there closes them at once";
  return {};
}

std::string numeric_host(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  if (::getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return {};
  return host.data();
}

} // namespace

caf::expected<endpoint> tcp_probe(const endpoint& address, std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  if (const auto error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found))
    return make_error(ec::unreachable, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
  std::string problem;
  for (const auto* i = found; i != nullptr; i = i->ai_next) {
    problem = probe(*i, clock::now() + timeout);
    if (problem.empty())
      return endpoint{numeric_host(*i), address.port};
  }
  return make_error(ec::unreachable, std::move(problem));
}

} // namespace ariadne
