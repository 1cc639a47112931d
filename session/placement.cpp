#include "session/placement.hpp"

#include "crdt/mix.hpp"

#include <string_view>
#include <tuple>
#include <utility>

namespace ariadne::session {

namespace {

/// The same on every platform, and for every start of the program (FNV-1a, then mixed).
std::uint64_t hash(std::string_view text) {
  std::uint64_t result = 0xcbf29ce484222325;
  for (const auto c : text)
    result = (result ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return crdt::mix(result);
}

} // namespace

bool host_profile::knows(const std::string& kind, std::uint32_t schema_version) const {
  const auto known = kinds.find(kind);
  return known != kinds.end() && schema_version <= known->second;
}

bool host_profile::takes(const std::string& kind, std::uint32_t schema_version) const {
  return !cordoned && !draining && knows(kind, schema_version);
}

std::optional<host_id> place(const session_key& key, std::uint32_t schema_version,
                             const std::vector<candidate>& candidates) {
  const auto session = hash(to_map_key(key));
  const candidate* chosen = nullptr;
  std::tuple<bool, std::uint64_t, host_id> highest;
  for (const auto& c : candidates) {
    if (!c.profile.takes(key.kind, schema_version))
      continue;
    std::tuple weight{c.profile.is_ready, crdt::mix(session ^ hash(c.host.node)), c.host};
    if (!chosen || weight > highest) {
      chosen = &c;
      highest = std::move(weight);
    }
  }
  if (!chosen)
    return std::nullopt;
  return chosen->host;
}

} // namespace ariadne::session
