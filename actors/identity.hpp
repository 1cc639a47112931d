#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// What the holder of a certificate may do. `node`: everything. `operator_`: all requests. `client`: all but those that
/// are about nodes (drain, cordon, forget). `observer`: status, keys, watch and the list of sessions.
enum class role : std::uint8_t { node, operator_, client, observer };

std::string_view to_string(role is);
std::optional<role> role_from_string(std::string_view text);

/// Who somebody is in which cluster. Certificates have it as a subject alternative name, the URI
/// `ariadne://CLUSTER/ROLE/NAME`; one certificate may have several.
struct identity {
  std::string cluster;
  role is = role::observer;
  std::string name;

  friend auto operator<=>(const identity&, const identity&) = default;
};

/// `ariadne://CLUSTER/ROLE/NAME`.
std::string to_uri(const identity& who);

/// The inverse. Nothing if the text is no such URI; cluster and name are as `is_name` asks (actors/endpoint.hpp).
std::optional<identity> identity_from_uri(std::string_view uri);

/// For people: "node a of cluster demo".
std::string in_words(const identity& who);
std::string in_words(const std::vector<identity>& all);

/// Of the identities, the one in the cluster that may do most; null if there is none.
const identity* find_in_cluster(const std::vector<identity>& all, std::string_view cluster);

/// The node of this name in the cluster, or any node of it, if the name is empty; null if it is not among them.
const identity* find_node(const std::vector<identity>& all, std::string_view cluster, std::string_view name);

} // namespace ariadne
