#pragma once

#include "actors/endpoint.hpp"
#include "actors/network/tcp_socket.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace ariadne {

/// A socket that accepts connections at the first of the addresses of the host that can be had, IPv4 before IPv6; port
/// 0 lets the system choose. If it is to be confined, only loopback addresses can be had. The error is
/// `host_unresolved`, or `port_not_opened` with what the system says, and what can be done about it. Blocks while the
/// name is looked up.
caf::expected<tcp_socket> listen_at(const endpoint& address, bool is_confined = false);

/// Why no connections can be accepted, by the number of the system's error.
caf::error listening_error(int error);

} // namespace ariadne
