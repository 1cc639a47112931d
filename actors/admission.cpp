#include "actors/admission.hpp"

#include "actors/endpoint.hpp"

#include <fmt/format.h>

namespace ariadne {

bool introduced_address::differs_from(const node_introduction& other) const {
  return address != other.address
         || (!reached_at.empty() && !other.reached_at.empty() && reached_at != other.reached_at);
}

std::optional<refusal> reason_to_refuse(const node_introduction& other, const cluster_membership_options& own) {
  if (!greatest_common(other.protocols, node_protocols))
    return refusal{fmt::format("it speaks {} of the protocol between nodes, and this node {}",
                               to_string(other.protocols), to_string(node_protocols))};
  if (other.replica.handle && !greatest_common(other.replica.codec_versions, crdt::codec_versions))
    return refusal{fmt::format("its replica speaks {}, and the one of this node {}",
                               to_string(other.replica.codec_versions), to_string(crdt::codec_versions))};
  if (other.cluster != own.cluster)
    return refusal{fmt::format("cluster {} is not cluster {}", other.cluster, own.cluster)};
  if (!is_name(other.node))
    return refusal{"the name of a node " + name_rule()};
  if (other.node == own.node)
    return name_taken(other.node, to_string(own.address));
  if (!endpoint_from_string(other.address))
    return refusal{fmt::format("{} is no address", other.address)};
  if (!other.reached_at.empty() && !endpoint_from_string(other.reached_at))
    return refusal{fmt::format("{} is no address", other.reached_at)};
  return std::nullopt;
}

refusal name_taken(const std::string& name, const std::string& by_address) {
  return {fmt::format("{} is the name of the node at {}", name, by_address), true};
}

} // namespace ariadne
