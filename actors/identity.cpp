#include "actors/identity.hpp"

#include "actors/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ariadne {

namespace {

constexpr std::string_view scheme = "ariadne://";

constexpr std::array all_roles{role::node, role::operator_, role::client, role::observer};

} // namespace

std::string_view to_string(role is) {
  switch (is) {
    case role::node:
      return "node";
    case role::operator_:
      return "operator";
    case role::client:
      return "client";
    case role::observer:
      return "observer";
  }
  return "unknown";
}

std::optional<role> role_from_string(std::string_view text) {
  const auto found = std::find_if(all_roles.begin(), all_roles.end(), [&](role is) { return to_string(is) == text; });
  return found == all_roles.end() ? std::nullopt : std::optional{*found};
}

std::string to_uri(const identity& who) {
  return fmt::format("{}{}/{}/{}", scheme, who.cluster, to_string(who.is), who.name);
}

std::optional<identity> identity_from_uri(std::string_view uri) {
  if (!uri.starts_with(scheme))
    return std::nullopt;
  uri.remove_prefix(scheme.size());
  const auto first = uri.find('/');
  const auto second = first == std::string_view::npos ? first : uri.find('/', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  const auto is = role_from_string(uri.substr(first + 1, second - first - 1));
  const auto cluster = uri.substr(0, first);
  const auto name = uri.substr(second + 1);
  if (!is || !is_name(cluster) || !is_name(name))
    return std::nullopt;
  return identity{std::string{cluster}, *is, std::string{name}};
}

std::string in_words(const identity& who) {
  return fmt::format("{} {} of cluster {}", to_string(who.is), who.name, who.cluster);
}

std::string in_words(const std::vector<identity>& all) {
  std::string result;
  for (const auto& who : all)
    result += (result.empty() ? "" : ", ") + in_words(who);
  return result.empty() ? "nobody" : result;
}

const identity* find_in_cluster(const std::vector<identity>& all, std::string_view cluster) {
  const identity* result = nullptr;
  for (const auto& who : all)
    if (who.cluster == cluster && (result == nullptr || who.is < result->is))
      result = &who;
  return result;
}

const identity* find_node(const std::vector<identity>& all, std::string_view cluster, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const identity& who) {
    return who.is == role::node && who.cluster == cluster && (name.empty() || who.name == name);
  });
  return found == all.end() ? nullptr : &*found;
}

} // namespace ariadne
