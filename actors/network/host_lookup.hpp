#pragma once

#include "actors/endpoint.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace ariadne {

/// One of the addresses that the name of a host stands for, with a port.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// What came of looking up a host: one address at least, or `host_unresolved` with the name and the system's reason.
using host_addresses = caf::expected<std::vector<socket_address>>;

/// Whether it stands for all interfaces of a machine: 0.0.0.0 or ::, in any spelling.
bool is_any_host(const std::string& host);

/// Looks the host up in whatever way the system is configured for. Blocks, for a name, until the system gives up.
host_addresses look_up(const endpoint& address);

/// A host that is being looked up. Thread-safe.
class host_lookup {
public:
  virtual ~host_lookup() = default;

  /// Whether it is over.
  virtual bool is_done() const = 0;
  /// Blocks until it is over or the time has come; returns whether it is over.
  virtual bool wait_until(std::chrono::steady_clock::time_point deadline) const = 0;
  /// To be called when it is over.
  virtual host_addresses result(std::uint16_t port) const = 0;
};

/// Begins to look a host up, and calls `done` once that is over, from any thread: at once for a numeric address. The
/// system's functions block for as long as a name server is silent, so names are looked up in threads of their own, no
/// more than 16 at a time in the process, and no name twice at a time; others wait. Never waits itself. Who has begun
/// need not wait for the end.
std::shared_ptr<const host_lookup> begin_look_up(
  const std::string& host, std::function<void()> done = [] {});

/// The error of a lookup that took longer than it may.
caf::error host_lookup_timed_out(const std::string& host);

} // namespace ariadne
