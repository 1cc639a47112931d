#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::membership {

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

/// Likewise, of a node's own address: the port may be 0, and the system chooses one.
std::optional<endpoint> own_endpoint_from_string(std::string_view text);

/// The most characters that the name of a node or of a cluster may have.
inline constexpr std::size_t name_length_limit = 64;

/// Whether a node or a cluster may have this name: 1 to `name_length_limit` letters, digits, underscores and hyphens of
/// ASCII.
bool is_name(std::string_view text);

/// What `is_name` asks for, to be put behind what it is asked of.
std::string name_rule();

} // namespace ariadne::membership
