#include "app/cluster/control_socket.hpp"

#include "crdt/printable_text.hpp"

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

std::string describe(control_problem problem, const std::string& cluster_file) {
  const auto file = crdt::printable_briefly(cluster_file);
  switch (problem) {
    case control_problem::nobody:
      return fmt::format("nobody runs the nodes of {0}; start them with \"ariadne cluster {0}\"", file);
    case control_problem::taken:
      return fmt::format("another process runs the nodes of {} already", file);
    case control_problem::of_another_user:
      return fmt::format("a process of another user has the name by which the one that runs the nodes of {} is found; "
                         "end it, or give the file another path",
                         file);
    case control_problem::busy:
      return fmt::format("the process that runs the nodes of {} takes no requests; see whether it is stopped", file);
  }
  return {};
}

tl::expected<file_descriptor, control_problem> listen_for_control(const std::string& cluster_file) {
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
  const socket_name name{cluster_file};
  if (::bind(result.get(), name.get(), name.size) == -1) {
    if (errno == EADDRINUSE) {
      const auto owner = connect_control(cluster_file);
      const auto is_other = !owner && owner.error() == control_problem::of_another_user;
      return tl::unexpected(is_other ? control_problem::of_another_user : control_problem::taken);
    }
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

tl::expected<file_descriptor, control_problem> connect_control(const std::string& cluster_file) {
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  // Where too many wait to be taken, the next one waits for that.
  const timeval time_max{10, 0};
  check(::setsockopt(result.get(), SOL_SOCKET, SO_SNDTIMEO, &time_max, sizeof(time_max)), "setsockopt");
  const socket_name name{cluster_file};
  if (::connect(result.get(), name.get(), name.size) == -1)
    return tl::unexpected(errno == EAGAIN ? control_problem::busy : control_problem::nobody);
  if (!is_of_same_user(result))
    return tl::unexpected(control_problem::of_another_user);
  return result;
}

} // namespace ariadne
