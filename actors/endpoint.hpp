#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne {

/// Where a node accepts connections.
struct endpoint {
  /// A name or a numeric address; an IPv6 address without brackets.
  std::string host;
  std::uint16_t port = 0;

  friend auto operator<=>(const endpoint&, const endpoint&) = default;
};

/// HOST:PORT, an IPv6 address in brackets.
std::string to_string(const endpoint& address);

/// The inverse of `to_string`: the host is not empty, the port is 1 to 65535. Else nothing.
std::optional<endpoint> endpoint_from_string(std::string_view text);

} // namespace ariadne
