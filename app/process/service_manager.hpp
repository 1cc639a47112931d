#pragma once

#include "app/process/file_descriptor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace ariadne {

/// The service manager that has started this process, if there is one, and what it is told: `sd_notify(3)`, a datagram
/// for each message. What cannot be sent at once is lost; nothing ever waits for it. Thread-safe once it is made.
class service_manager {
public:
  /// Nobody listens.
  service_manager() = default;

  /// Whom NOTIFY_SOCKET names, and how often WATCHDOG_USEC wants a sign of life. Takes these variables out of the
  /// environment, since they are not meant for the processes that this one starts; so it is to be called before other
  /// threads are.
  static service_manager from_environment();

  /// The node serves.
  void ready(std::string_view status) const;
  /// One line that the manager shows.
  void status(std::string_view status) const;
  /// The node stops, for so long at most from now.
  void stopping(std::chrono::milliseconds at_most, std::string_view status) const;
  void alive() const;

  /// How often `alive` is to be called at least; nothing if nobody waits for it.
  std::optional<std::chrono::milliseconds> watchdog_interval() const {
    return watchdog_interval_;
  }

private:
  void tell(const std::string& message) const;

  std::optional<file_descriptor> socket_;
  sockaddr_un address_{};
  socklen_t address_bytes_ = 0;
  std::optional<std::chrono::milliseconds> watchdog_interval_;
};

} // namespace ariadne
