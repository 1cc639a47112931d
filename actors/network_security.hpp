#pragma once

#include "actors/credentials.hpp"

#include <memory>

namespace ariadne {

/// How an actor system is connected to others.
struct network_security {
  /// With them, all connections are made with TLS, and only with those whom the authorities believe. Null: connections
  /// are plain, and accepted at loopback addresses alone.
  std::shared_ptr<credentials> tls = nullptr;
  /// Plain connections are accepted at any address. Whoever reaches the port can read, change and erase all state.
  bool is_insecure = false;
};

/// Whether it accepts connections at loopback addresses alone.
inline bool is_confined(const network_security& security) {
  return !security.tls && !security.is_insecure;
}

} // namespace ariadne
