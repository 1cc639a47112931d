#include "app/cluster/control_socket.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace ariadne {

namespace {

struct socket_name {
  explicit socket_name(const std::string& path) {
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  }

  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address);
  }

  sockaddr_un address{};
  socklen_t size = 0;
};

/// Without its ending. A path may be longer than the name of a socket.
std::string socket_path(const std::string& cluster_file) {
  const auto path = std::filesystem::weakly_canonical(cluster_file).string();
  return fmt::format("{}/{:016x}", control_directory(), std::hash<std::string>{}(path));
}

/// Whether the directory is this user's alone. Nobody else can put anything into it then.
bool is_own_directory(const std::string& directory) {
  struct stat found {};
  return ::lstat(directory.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid()
         && (found.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

bool is_of_same_user(const file_descriptor& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

/// One process at a time looks whether a socket has been left behind, and takes its place.
file_descriptor lock(const std::string& path) {
  file_descriptor result{check(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open")};
  check(::flock(result.get(), LOCK_EX), "flock");
  return result;
}

} // namespace

std::string control_directory() {
  return fmt::format("/tmp/ariadne-{}", ::geteuid());
}

std::string describe(control_problem problem, const std::string& cluster_file) {
  const auto file = crdt::printable_briefly(cluster_file);
  switch (problem) {
    case control_problem::nobody:
      return fmt::format("nobody runs the nodes of {0}; start them with \"ariadne cluster {0}\"", file);
    case control_problem::taken:
      return fmt::format("another process runs the nodes of {} already", file);
    case control_problem::of_another_user:
      return fmt::format(
        "the directory {} is not this user's alone, and so the process that runs the nodes of {} is not "
        "looked for in it; remove the directory",
        control_directory(), file);
    case control_problem::busy:
      return fmt::format("the process that runs the nodes of {} takes no requests; see whether it is stopped", file);
  }
  return {};
}

tl::expected<file_descriptor, control_problem> listen_for_control(const std::string& cluster_file) {
  const auto directory = control_directory();
  if (::mkdir(directory.c_str(), S_IRWXU) == -1 && errno != EEXIST)
    check(-1, "mkdir");
  if (!is_own_directory(directory))
    return tl::unexpected(control_problem::of_another_user);
  const auto path = socket_path(cluster_file);
  const auto until_it_is_done = lock(path + ".lock");
  if (const auto owner = connect_control(cluster_file); owner || owner.error() != control_problem::nobody)
    return tl::unexpected(control_problem::taken);
  // Its process has gone without it.
  const socket_name name{path + ".socket"};
  ::unlink(name.address.sun_path);
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
  check(::bind(result.get(), name.get(), name.size), "bind");
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
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(control_directory(), ignored))
      && !is_own_directory(control_directory()))
    return tl::unexpected(control_problem::of_another_user);
  file_descriptor result{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  // Where too many wait to be taken, the next one waits for that.
  const timeval time_max{10, 0};
  check(::setsockopt(result.get(), SOL_SOCKET, SO_SNDTIMEO, &time_max, sizeof(time_max)), "setsockopt");
  const socket_name name{socket_path(cluster_file) + ".socket"};
  if (::connect(result.get(), name.get(), name.size) == -1)
    return tl::unexpected(errno == EAGAIN ? control_problem::busy : control_problem::nobody);
  if (!is_of_same_user(result))
    return tl::unexpected(control_problem::of_another_user);
  return result;
}

} // namespace ariadne
