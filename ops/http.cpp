#include "ops/http.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <arpa/inet.h>

namespace ariadne {

namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_address(const std::string& text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(family, text.c_str(), bytes.data()) == 1;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5
         && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

} // namespace

http_route route_of(std::string_view target) {
  constexpr std::array<std::pair<std::string_view, http_route>, 4> routes{{{"/livez", http_route::live},
                                                                           {"/readyz", http_route::ready},
                                                                           {"/metrics", http_route::metrics},
                                                                           {"/api/v1/status", http_route::status}}};
  const auto path = target.substr(0, target.find('?'));
  const auto* found = std::find_if(routes.begin(), routes.end(), [&](const auto& r) { return r.first == path; });
  return found == routes.end() ? http_route::unknown : found->second;
}

bool is_own_host(std::string_view host, const std::vector<std::string>& names) {
  auto name = host;
  auto rest = std::string_view{};
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos)
      return false;
    name = host.substr(1, end - 1);
    rest = host.substr(end + 1);
    return (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))))
           && is_address(std::string{name}, AF_INET6);
  }
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    if (!is_port(host.substr(colon + 1)))
      return false;
  }
  return is_address(std::string{name}, AF_INET) || is_same_name(name, "localhost")
         || std::any_of(names.begin(), names.end(), [&](const std::string& n) { return is_same_name(name, n); });
}

} // namespace ariadne
