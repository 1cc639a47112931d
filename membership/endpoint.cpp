#include "membership/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace ariadne::membership {

std::string to_string(const endpoint& address) {
  const auto is_ipv6 = address.host.find(':') != std::string::npos;
  const auto host = is_ipv6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

std::optional<endpoint> endpoint_from_string(std::string_view text) {
  auto result = own_endpoint_from_string(text);
  if (result && result->port == 0)
    return std::nullopt;
  return result;
}

std::optional<endpoint> own_endpoint_from_string(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const auto in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets)
    host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of(in_brackets ? "[]" : ":[]") != std::string_view::npos)
    return std::nullopt;
  std::uint16_t port = 0;
  const auto end = port_text.data() + port_text.size();
  const auto [parsed, error] = std::from_chars(port_text.data(), end, port);
  if (error != std::errc{} || parsed != end)
    return std::nullopt;
  return endpoint{std::string{host}, port};
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_length_limit && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string name_rule() {
  return "must be a string of 1 to " + std::to_string(name_length_limit) + " letters, digits, underscores or hyphens";
}

} // namespace ariadne::membership
