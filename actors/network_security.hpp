#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/credentials.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace ariadne {

struct exposed_clause;

/// What clients may send to actors of the application: see `expose` (actors/exposed_interface.hpp).
struct exposed_interface {
  /// To be called once the actor system is up.
  std::function<std::vector<exposed_clause>()> clauses;
};

/// How an actor system is connected to others.
struct network_security {
  /// With them, all connections are made with TLS, and only with those whom the authorities believe. Null: connections
  /// are plain, and accepted at loopback addresses alone.
  std::shared_ptr<credentials> tls = nullptr;
  /// Plain connections are accepted at any address. Whoever reaches the port can read, change and erase all state.
  bool is_insecure = false;
  /// With `tls`: what clients and operators may send besides the requests of Ariadne. Nodes may send whatever there is.
  std::vector<exposed_interface> exposed = {};
  /// With `tls`: the clients that may not name all keys and sessions. May be replaced at any time. Null: all may name
  /// all.
  std::shared_ptr<client_prefixes> prefixes = nullptr;
};

/// Whether it accepts connections at loopback addresses alone.
inline bool is_confined(const network_security& security) {
  return !security.tls && !security.is_insecure;
}

} // namespace ariadne
