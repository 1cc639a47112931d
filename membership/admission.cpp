#include "membership/admission.hpp"

#include "membership/endpoint.hpp"

namespace ariadne::membership {

bool introduced_address::differs_from(const introduction& other) const {
  return address != other.address
         || (!reached_at.empty() && !other.reached_at.empty() && reached_at != other.reached_at);
}

std::optional<refusal> reason_to_refuse(const introduction& other, const std::string& cluster, const std::string& self,
                                        const std::string& address) {
  if (!other.incompatible.empty())
    return refusal{other.incompatible};
  if (other.cluster != cluster)
    return refusal{"cluster " + other.cluster + " is not cluster " + cluster, refusal_cause::other_cluster};
  if (!is_name(other.node))
    return refusal{"the name of a node " + name_rule(), refusal_cause::invalid_name};
  if (other.node == self)
    return name_taken(other.node, address);
  if (!endpoint_from_string(other.address))
    return refusal{other.address + " is no address", refusal_cause::invalid_address};
  if (!other.reached_at.empty() && !endpoint_from_string(other.reached_at))
    return refusal{other.reached_at + " is no address", refusal_cause::invalid_address};
  return std::nullopt;
}

refusal name_taken(const std::string& name, const std::string& by_address) {
  return {name + " is the name of the node at " + by_address, refusal_cause::name_taken};
}

refusal of_another_cluster(const introduction& other, const introduction& self) {
  return {"the journals of the nodes " + other.node + " and " + self.node + " belong to two clusters of the name "
            + self.cluster + ", with the ids " + cluster_id_text(other.id.number) + " and "
            + cluster_id_text(self.id.number)
            + "; stop the one that is to belong to the other cluster, and have its journal do so: ariadne storage "
              "adopt DIR",
          refusal_cause::other_journal};
}

} // namespace ariadne::membership
