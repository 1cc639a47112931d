#include "ops/http.hpp"

#include "ops/page_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <functional>
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

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

const page_part* find_file(std::string_view path) {
  const auto found =
    std::find_if(page_parts.begin(), page_parts.end(), [&](const page_part& p) { return p.path == path; });
  return found == page_parts.end() ? nullptr : &*found;
}

std::string without_percents(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && text.size() - i > 2 && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      result += static_cast<char>(byte);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5
         && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

} // namespace

http_route route_of(std::string_view target) {
  constexpr std::array<std::pair<std::string_view, http_route>, 7> routes{{{"/livez", http_route::live},
                                                                           {"/readyz", http_route::ready},
                                                                           {"/metrics", http_route::metrics},
                                                                           {"/api/v1/status", http_route::status},
                                                                           {"/api/v1/sessions", http_route::sessions},
                                                                           {"/api/v1/keys", http_route::keys},
                                                                           {"/api/v1/events", http_route::events}}};
  const auto path = path_of(target);
  if (find_file(path) != nullptr)
    return http_route::file;
  const auto* found = std::find_if(routes.begin(), routes.end(), [&](const auto& r) { return r.first == path; });
  return found == routes.end() ? http_route::unknown : found->second;
}

http_answer page_file(std::string_view target) {
  const auto* file = find_file(path_of(target));
  if (file == nullptr)
    return {404, "text/plain; charset=utf-8", "there is no such file\n"};
  // The program has it as long as it runs.
  const auto tag = std::hash<std::string_view>{}(file->text);
  return {200, file->content_type, std::string{file->text}, fmt::format("\"{:016x}\"", tag)};
}

std::optional<std::string> query_value(std::string_view target, std::string_view name) {
  const auto question = target.find('?');
  if (question == std::string_view::npos)
    return std::nullopt;
  auto rest = target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto sign = std::min(parameter.find('='), parameter.size());
    if (parameter.substr(0, sign) == name)
      return without_percents(parameter.substr(std::min(sign + 1, parameter.size())));
  }
  return std::nullopt;
}

bool is_own_host(std::string_view host, const std::vector<std::string>& names) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos)
      return false;
    const auto rest = host.substr(end + 1);
    return (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))))
           && is_address(std::string{host.substr(1, end - 1)}, AF_INET6);
  }
  auto name = host;
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    if (!is_port(host.substr(colon + 1)))
      return false;
  }
  return is_address(std::string{name}, AF_INET) || is_same_name(name, "localhost")
         || std::any_of(names.begin(), names.end(), [&](const std::string& n) { return is_same_name(name, n); });
}

} // namespace ariadne
