#include "ops/readiness.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ariadne {

namespace {

/// Why this node may not know yet what the member holds; empty if it does, or if that one is down or has left.
std::string what_is_missing_of(const node_report& report, const member_status& member) {
  if (member.name == report.status.node || member.state == member_state::left)
    return {};
  const auto name = crdt::escaped_briefly(member.name);
  if (member.state == member_state::down)
    // An attempt to connect that has failed, or that it was here before, says that it is down; nothing says nothing.
    return member.problem.empty() && member.last_contact_ms == 0 ? fmt::format("{} has not been tried yet", name)
                                                                 : std::string{};
  const auto& links = report.status.replica.links;
  const auto is_met = std::any_of(links.begin(), links.end(), [&](const replication_status& link) {
    return link.replica == member.replica && link.caught_up;
  });
  return is_met ? std::string{} : fmt::format("not caught up with {} yet", name);
}

readiness_check check(std::string name, std::string reason) {
  const auto has_passed = reason.empty();
  return {std::move(name), has_passed, std::move(reason)};
}

} // namespace

std::vector<readiness_check> readiness_of(const node_report& report) {
  std::string missing;
  for (const auto& member : report.members)
    if (missing.empty())
      missing = what_is_missing_of(report, member);
  const auto& hosting = report.hosting;
  // The first host is this node.
  const auto drains = hosting && !hosting->hosts.empty() && hosting->hosts.front().is_draining;
  return {check("in_service", crdt::printable_briefly(report.status.replica.out_of_service)),
          check("met", std::move(missing)), check("draining", drains ? "the node hands over what it holds" : ""),
          check("paused", hosting && hosting->is_paused ? "the node sees no majority, and runs no sessions" : "")};
}

bool is_ready(const std::vector<readiness_check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const readiness_check& c) { return c.has_passed; });
}

} // namespace ariadne
