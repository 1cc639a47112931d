#include "app/control_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ariadne {

namespace {

struct socket_name {
  explicit socket_name(const std::string& cluster_file) {
    const auto path = std::filesystem::weakly_canonical(cluster_file).string();
    // A path may be longer than the name of a socket.
    const auto name = fmt::format("ariadne-cluster-{}-{:016x}", ::getuid(), std::hash<std::string>{}(path));
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }

  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address);
  }

  sockaddr_un address{};
  socklen_t size = 0;
};

/// Everybody may connect to the name, and listen at it.
bool is_of_same_user(const file_descriptor& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::getuid();
}

} // namespace

std::optional<file_descriptor> listen_for_control(const std::string& cluster_file) {
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
  const socket_name name{cluster_file};
  if (::bind(result.get(), name.get(), name.size) == -1) {
    if (errno == EADDRINUSE)
      return std::nullopt;
    check(-1, "bind");
  }
  check(::listen(result.get(), SOMAXCONN), "listen");
  return result;
}

std::optional<file_descriptor> accept_control(const file_descriptor& listener) {
  file_descriptor result{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (result.get() == -1 || !is_of_same_user(result))
    return std::nullopt;
  return result;
}

std::optional<file_descriptor> connect_control(const std::string& cluster_file) {
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  const socket_name name{cluster_file};
  if (::connect(result.get(), name.get(), name.size) == -1 || !is_of_same_user(result))
    return std::nullopt;
  return result;
}

} // namespace ariadne
