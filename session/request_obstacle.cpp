#include "session/request_obstacle.hpp"

#include <optional>
#include <string>
#include <utility>

namespace ariadne::session {

namespace {

std::string whereabouts(const session_entry& e, std::uint32_t schema_version, const host_context& host) {
  const auto& [key, s] = e;
  const auto& record = s.machine.record();
  if (is_served_by_owner(s, host))
    return "node " + record.owner() + " is to run it, and has not taken the request";
  if (record.is(session_phase::moving))
    return "it is on its way from node " + record.owner() + " to node " + record.winner()->target.node;
  const auto to = host.hosts.place_of(key, schema_version);
  return to ? "node " + to->node + " is to start it, and has not done so yet" : "no node can start it";
}

/// Why a session that no owner serves is not served by another host.
std::optional<obstacle> obstacle_to_taking(const session_key& key, request_type type, std::uint32_t schema_version,
                                           const host_context& host) {
  if (type != request_type::stop)
    return host.hosts.find_obstacle(key.kind, schema_version);
  const auto& self = host.hosts.self().node;
  if (host.mandate.is_paused())
    return obstacle{outcome::hosts_paused, "node " + self + " sees no majority"};
  if (host.hosts.profile().draining)
    return obstacle{outcome::hosts_draining, "node " + self + " is about to stop, and takes over nothing"};
  return std::nullopt;
}

} // namespace

bool is_served_by_owner(const hosted_session& s, const host_context& host) {
  const auto& record = s.machine.record();
  if (!record.is(session_phase::running))
    return false;
  const auto& owner = record.winner()->owner;
  return owner == host.hosts.self() ? !host.hosts.profile().draining
                                    : host.hosts.has_peer(owner) && !host.hosts.profile_of(owner).draining;
}

obstacle find_obstacle(const session_entry& e, request_type type, std::uint32_t version_to_start,
                       const host_context& host) {
  const auto& [key, s] = e;
  const auto& record = s.machine.record();
  if (!record.is_readable())
    return {outcome::timed_out, "its record has a format that this program does not know"};
  if (!host.mandate.is_caught_up())
    return {outcome::hosts_not_ready, "node " + host.hosts.self().node + " has yet to catch up with the others"};
  if (!record.is_session() && type != request_type::start && !s.waiting.want(request_type::start))
    return {outcome::unknown_session, {}};
  const auto version = record.is_session() ? record.winner()->state.schema_version : version_to_start;
  if (!is_served_by_owner(s, host))
    if (auto why = obstacle_to_taking(key, type, version, host))
      return std::move(*why);
  if (const auto* why = s.machine.find_impediment(host.now_ms))
    return *why;
  return {outcome::timed_out, whereabouts(e, version, host)};
}

} // namespace ariadne::session
