#pragma once

#include "actors/endpoint.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace ariadne {

/// Owns a TCP socket, or nothing.
class tcp_socket {
public:
  tcp_socket() = default;
  explicit tcp_socket(int fd) : fd_(fd) {}
  tcp_socket(tcp_socket&& other) noexcept : fd_(other.release()) {}
  tcp_socket& operator=(tcp_socket other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~tcp_socket();

  explicit operator bool() const {
    return fd_ >= 0;
  }
  int fd() const {
    return fd_;
  }

  /// Gives up the ownership.
  int release() {
    return std::exchange(fd_, -1);
  }

  /// The numeric address of this side of a connection; empty if it has none.
  std::string local_host() const;

  /// The port of this side; 0 if it has none.
  std::uint16_t local_port() const;

  /// A second owner of the same connection.
  tcp_socket duplicate() const;

  /// The same socket under a descriptor that no other has had for as long as there are enough of them. Thread-safe.
  tcp_socket renumber() &&;

  /// Makes the system end the connection about a minute after the other side has vanished without a word.
  void keep_alive();

  /// Waits until the other side has sent so many bytes, and reads them, but leaves them to be read again. Returns false
  /// if they have not come by the deadline, or never will. The socket has to be non-blocking.
  bool peek(std::span<std::byte> bytes, std::chrono::steady_clock::time_point deadline) const;

  /// Sends the bytes, and waits until the other side has closed the connection, or for the deadline: what comes from it
  /// is dropped. The socket has to be non-blocking, and the bytes few.
  void hang_up(std::span<const std::byte> bytes, std::chrono::steady_clock::time_point deadline);

  /// Closes the connection for all its owners.
  void shut_down();

private:
  int fd_ = -1;
};

/// Connects to `address`, and returns a non-blocking socket, renumbered. The error is `host_unresolved` or
/// `unreachable`, with the reason. Blocks, no longer than `timeout`; each of the addresses that the host stands for is
/// given its share.
caf::expected<tcp_socket> tcp_connect(const endpoint& address, std::chrono::milliseconds timeout);

} // namespace ariadne
