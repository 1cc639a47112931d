#pragma once

#include "app/process/file_descriptor.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace ariadne::test {

/// The end of a service manager that NOTIFY_SOCKET names.
class notified_socket {
public:
  /// A path; with an '@' in front, an abstract name.
  explicit notified_socket(const std::string& path)
    : socket_(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@')
      address.sun_path[0] = '\0';
    check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())),
          "bind");
  }

  /// The next message; nothing if none comes for so long.
  std::optional<std::string> next(std::chrono::milliseconds timeout) const {
    pollfd polled{socket_.get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(timeout.count())) <= 0)
      return std::nullopt;
    std::array<char, 4096> bytes{};
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return size < 0 ? std::nullopt : std::optional{std::string{bytes.data(), static_cast<std::size_t>(size)}};
  }

private:
  file_descriptor socket_;
};

} // namespace ariadne::test
