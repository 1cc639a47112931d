#include "actors/internal/replica_report.hpp"

#include "actors/internal/clock_report.hpp"

#include <caf/actor_cast.hpp>

#include <string>

namespace ariadne {

namespace {

peer_standing standing_with(const std::string& node, const neighbour& replica, const crdt::replica& core,
                            const replica_links& links, const std::vector<crdt::neighbour_status>& neighbours) {
  const auto* link = links.find(caf::actor_cast<caf::actor_addr>(replica.handle));
  if (link && link->is_resting())
    return {node, true, link->refusal};
  for (const auto& n : neighbours) {
    if (n.id.value != replica.replica)
      continue;
    const auto drift_max = static_cast<std::int64_t>(core.options().drift_max_ms);
    if (n.clock_ahead_ms > drift_max || n.clock_ahead_ms < -drift_max)
      return {node, true, "its clock is " + describe_ahead(n.clock_ahead_ms)};
    if (n.refused_here > 0 || n.refused_there > 0)
      return {node, true, n.refusal};
  }
  return {node, false, {}};
}

} // namespace

replica_status report(const crdt::replica& core, const replica_links& links) {
  replica_status result;
  result.replica = core.id().value;
  result.keys = core.key_count();
  result.bytes = core.byte_count();
  result.neighbours = links.push_count();
  result.counters = core.counters();
  result.clock_doubt = describe_doubt(core.guard());
  result.wall_ahead_ms = core.guard().wall_ahead_ms();
  for (const auto& n : core.neighbours())
    if (const auto* l = links.find(n.link))
      result.links.push_back({.node = n.node,
                              .replica = n.id.value,
                              .is_neighbour = n.push,
                              .caught_up = n.caught_up,
                              .lag_events = n.lag_events,
                              .lag_bytes_max = n.lag_bytes_max,
                              .in_flight_bytes = n.in_flight_bytes,
                              .last_frame_ms = milliseconds_since(l->last_frame),
                              .refused_here = n.refused_here,
                              .refused_there = n.refused_there,
                              .refusal = n.refusal,
                              .clock_ahead_ms = n.clock_ahead_ms});
  return result;
}

std::vector<peer_standing> standings(const crdt::replica& core, const replica_links& links, const known_nodes& nodes) {
  std::vector<peer_standing> result;
  const auto neighbours = core.neighbours();
  for (const auto& [name, node] : nodes.all())
    if (node.is_up())
      result.push_back(standing_with(name, node.replica, core, links, neighbours));
  return result;
}

} // namespace ariadne
