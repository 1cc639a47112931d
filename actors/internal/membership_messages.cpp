#include "actors/internal/membership_messages.hpp"

#include "actors/endpoint.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/host_lookup.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ariadne {

namespace {

membership::presence to_presence(member_state state) {
  switch (state) {
    case member_state::up:
      return membership::presence::up;
    case member_state::left:
      return membership::presence::left;
    case member_state::down:
      break;
  }
  return membership::presence::down;
}

member_state to_member_state(membership::presence state) {
  switch (state) {
    case membership::presence::up:
      return member_state::up;
    case membership::presence::left:
      return member_state::left;
    case membership::presence::down:
      break;
  }
  return member_state::down;
}

member_status to_status(const std::string& node, const membership::member& known) {
  member_status result;
  result.name = node;
  result.address = known.address;
  result.state = to_member_state(known.state);
  result.replica = known.incarnation;
  result.round_trip_us = static_cast<std::uint64_t>(known.round_trip.count());
  result.last_contact_ms = static_cast<std::uint64_t>(known.since_contact.count());
  result.problem = known.problem;
  return result;
}

/// Why its program and this one cannot talk to each other; empty if they can.
std::string why_incompatible(const node_introduction& other) {
  if (!greatest_common(other.protocols, node_protocols))
    return fmt::format("it speaks {} of the protocol between nodes, and this node {}", to_string(other.protocols),
                       to_string(node_protocols));
  if (other.replica.handle && !greatest_common(other.replica.codec_versions, crdt::codec_versions))
    return fmt::format("its replica speaks {}, and the one of this node {}", to_string(other.replica.codec_versions),
                       to_string(crdt::codec_versions));
  return {};
}

} // namespace

std::vector<member_news> to_messages(const std::vector<membership::news>& told) {
  std::vector<member_news> result;
  for (const auto& n : told)
    result.push_back({n.name, n.address, to_member_state(n.state), n.incarnation, n.age_ms});
  return result;
}

std::vector<membership::news> from_messages(const std::vector<member_news>& told) {
  std::vector<membership::news> result;
  for (const auto& n : told)
    if (is_name(n.name) && (n.state != member_state::up || endpoint_from_string(n.address)))
      result.push_back({n.name, n.address, to_presence(n.state), n.replica, n.age_ms});
  return result;
}

node_introduction to_message(const membership::introduction& self, const neighbour& replica) {
  return {node_protocols, self.cluster, self.node, self.address, self.reached_at, replica, to_messages(self.members)};
}

membership::introduction from_message(const node_introduction& other, const journal_identity& journal) {
  const auto address = endpoint_from_string(other.address);
  membership::introduction result;
  result.cluster = other.cluster;
  result.node = other.node;
  result.address = other.address;
  result.is_at_all_interfaces = address && is_any_host(address->host);
  result.reached_at = other.reached_at;
  result.incarnation = other.replica.handle ? other.replica.replica : 0;
  result.members = from_messages(other.members);
  if (journal.cluster.is <= membership::agreement::final)
    result.id = journal.cluster;
  result.restored_from = journal.restored_from;
  result.incompatible = why_incompatible(other);
  return result;
}

membership::view_options to_view_options(const cluster_membership_options& options) {
  const auto to_ms = [](std::chrono::milliseconds time) { return static_cast<std::uint64_t>(time.count()); };
  membership::view_options result;
  result.cluster = options.cluster;
  result.node = options.node;
  result.address = to_string(options.address);
  for (const auto& seed : options.seeds)
    result.listed.emplace_back(seed.name, to_string(seed.address));
  result.voters = options.voters;
  result.id = options.id;
  result.former = options.former;
  result.table.reconnect_min_ms = to_ms(options.reconnect_min);
  result.table.reconnect_max_ms = to_ms(options.reconnect_max);
  result.table.forget_after_ms = to_ms(options.forget_after);
  result.heartbeats = options.heartbeats;
  if (options.discovery) {
    result.expect = options.discovery->expect;
    result.expect_wait = options.discovery->expect_wait;
  }
  return result;
}

members_page to_page(const member_status& self, const membership::cluster_view& view, const std::string& after,
                     const membership::moment& now) {
  members_page page;
  if (after.empty())
    page.members.push_back(self);
  const auto names = view.names();
  auto position = std::upper_bound(names.begin(), names.end(), after);
  for (std::size_t bytes = 0; position != names.end() && bytes < page_bytes; ++position) {
    const auto& added = page.members.emplace_back(to_status(*position, view.find(*position, now)));
    bytes += added.name.size() + added.address.size() + added.problem.size() + 64;
  }
  page.is_last = position == names.end();
  return page;
}

void log_to(const log_sink& log, const membership::report& told) {
  using subject = membership::report::subject;
  const auto node = crdt::escaped_briefly(told.node);
  const auto address = crdt::printable_briefly(told.address);
  switch (told.about) {
    case subject::not_run:
      return log({told.is_usual ? log_level::debug : log_level::warning,
                  log_event::was_not_run,
                  "by its clocks, this process was not run for {not_run_ms} ms; it looks whether the other nodes are "
                  "still there before it takes any of them for down",
                  {{"not_run_ms", told.time.count()}}});
    case subject::name_claimed:
      return log({log_level::error,
                  log_event::name_claimed,
                  "the node at {address} claims the name of this node, {name}, and is refused by others; give it "
                  "another name, or stop it",
                  {{"address", address}, {"name", told.node}}});
    case subject::refused:
      return log({log_level::warning,
                  log_event::node_refused,
                  "node {peer} ({address}) is refused: {reason}",
                  {{"peer", node}, {"address", address}, {"reason", told.text}}});
    case subject::unreachable: {
      const auto level = told.is_usual ? log_level::info : log_level::warning;
      if (told.node.empty())
        return log({level,
                    log_event::node_unreachable,
                    "cannot connect to {address}, which was discovered: {reason}",
                    {{"address", address}, {"reason", told.text}}});
      return log({level,
                  log_event::node_unreachable,
                  "cannot connect to node {peer} ({address}): {reason}",
                  {{"peer", told.node}, {"address", told.address}, {"reason", told.text}}});
    }
    case subject::down:
      return log({log_level::warning,
                  log_event::node_down,
                  "node {peer} ({address}) is down: {reason}",
                  {{"peer", node}, {"address", address}, {"reason", told.text}}});
    case subject::unsteady:
      return log({log_level::warning,
                  log_event::link_unsteady,
                  "the link to {peer} breaks again and again: {count} times in {seconds} s",
                  {{"peer", node}, {"count", told.count}, {"seconds", told.time.count() / 1'000}}});
    case subject::forgotten:
      return log({log_level::info,
                  log_event::node_forgotten,
                  "node {peer} is forgotten: {reason}",
                  {{"peer", told.node}, {"reason", told.text}}});
    case subject::few_met:
      return log({log_level::warning,
                  log_event::few_nodes_met,
                  "only {count} of the expected nodes, this one among them, have been met in {waited_ms} ms; it goes "
                  "on with these",
                  {{"count", told.count}, {"waited_ms", told.time.count()}}});
    case subject::journal_copied:
      return log({log_level::warning,
                  log_event::journal_copied,
                  "{reason}; nothing is wrong with what they hold, but a disk that two nodes share by a copy is one "
                  "disk less: unless that was meant, stop this node, ariadne storage repair --discard its directory, "
                  "and start it: it gets all from the others",
                  {{"reason", told.text}}});
    case subject::changed:
      return log({log_level::info,
                  log_event::node_changed,
                  "node {peer} ({address}) {change}",
                  {{"peer", node}, {"address", address}, {"change", told.text}}});
  }
}

std::string in_words(membership::forget_refusal why, const std::string& node, const std::string& self,
                     const std::vector<std::string>& known) {
  switch (why) {
    case membership::forget_refusal::listed:
      return fmt::format("node {} is listed in the cluster file, and what that lists is always tried again", node);
    case membership::forget_refusal::up:
      return fmt::format("node {} is up; stop it, and it is forgotten", node);
    case membership::forget_refusal::unknown:
      break;
  }
  return known.empty()
           ? fmt::format("node {} does not know a node {}, nor any other", self, node)
           : fmt::format("node {} does not know a node {}; it knows {}", self, node, fmt::join(known, ", "));
}

} // namespace ariadne
