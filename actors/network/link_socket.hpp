#pragma once

#include "actors/network/tcp_socket.hpp"
#include "actors/network/tls_channel.hpp"

#include <memory>

namespace ariadne {

/// A connection to or from another node, on its way to CAF.
struct link_socket {
  tcp_socket tcp;
  /// After its handshake; null, if the connection is plain.
  std::unique_ptr<tls_channel> tls = nullptr;
};

} // namespace ariadne
