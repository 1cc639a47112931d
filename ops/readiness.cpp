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
  // Its connection was lost just now, and it may be down; or its state is being started anew. As from one that is down,
  // there is nothing to be had from it, and all who knew it would be out of service at once if they waited for it.
  if (member.replica == 0)
    return {};
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

readiness_check journal_check(const storage_status& storage) {
  auto result = check("journal", crdt::printable_briefly(storage.problem));
  result.has_passed = result.reason.empty() || storage.mode != storage_mode::sync;
  return result;
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
  std::vector<readiness_check> result{
    check("in_service", crdt::printable_briefly(report.status.replica.out_of_service)),
    check("met", std::move(missing)), check("draining", drains ? "the node hands over what it holds" : ""),
    check("paused", hosting && hosting->is_paused ? "the node sees no majority, and runs no sessions" : "")};
  if (report.storage)
    result.push_back(journal_check(*report.storage));
  return result;
}

std::string to_text(const readiness_check& check) {
  if (check.reason.empty())
    return fmt::format("{}: ok", check.name);
  return fmt::format("{}: {}, {}", check.name, check.has_passed ? "warning" : "no", check.reason);
}

bool is_ready(const std::vector<readiness_check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const readiness_check& c) { return c.has_passed; });
}

} // namespace ariadne
