#include "session/obstacle.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ariadne::session {

namespace {

/// A host that cannot take a session says so to the others at most this often, if nothing else is in its way.
constexpr std::uint64_t repeat_ms = 1'000;

/// How long what a host has said counts. A session that fails waits for seconds before the next attempt.
std::uint64_t lifetime_ms(outcome what) {
  return what == outcome::failing ? 10'000 : 2 * repeat_ms + repeat_ms / 2;
}

std::string in_words(const std::string& kind, std::uint32_t schema_version) {
  return schema_version == 0 ? kind : "version " + std::to_string(schema_version) + " of " + kind;
}

/// "a, b and 3 more".
std::string join(const std::vector<std::string>& parts) {
  constexpr std::size_t parts_max = 5;
  std::string result;
  for (std::size_t i = 0; i < std::min(parts.size(), parts_max); ++i)
    result += (i == 0 ? "" : ", ") + parts[i];
  if (parts.size() > parts_max)
    result += " and " + std::to_string(parts.size() - parts_max) + " more";
  return result;
}

obstacle unknown_to_all(const std::string& kind, std::uint32_t schema_version, const std::vector<candidate>& hosts) {
  std::map<std::string, std::uint32_t> newest;
  for (const auto& c : hosts)
    for (const auto& [hosted, version] : c.profile.kinds)
      newest[hosted] = std::max(newest[hosted], version);
  std::vector<std::string> kinds;
  for (const auto& [hosted, version] : newest)
    kinds.push_back(hosted + " up to version " + std::to_string(version));
  return {outcome::no_host, cut_detail("no node that is up knows " + in_words(kind, schema_version)
                                       + (kinds.empty() ? "; no kinds are hosted" : "; hosted are " + join(kinds)))};
}

} // namespace

bool reported_obstacle::note(obstacle why, std::uint64_t now_ms) {
  const auto is_news = why_ != why || now_ms >= at_ms_ + repeat_ms;
  if (is_news)
    heard(std::move(why), now_ms);
  return is_news;
}

void reported_obstacle::heard(obstacle why, std::uint64_t now_ms) {
  why_ = std::move(why);
  at_ms_ = now_ms;
}

const obstacle* reported_obstacle::find(std::uint64_t now_ms) const {
  return why_ && now_ms < at_ms_ + lifetime_ms(why_->what) ? &*why_ : nullptr;
}

std::string cut_detail(std::string_view text) {
  return std::string{text.substr(0, obstacle::detail_bytes_max)};
}

std::optional<obstacle> obstacle_to_hosting(const std::string& kind, std::uint32_t schema_version,
                                            const std::vector<candidate>& hosts, const std::set<std::string>& unmet) {
  auto what = outcome::no_host;
  std::vector<std::string> reasons;
  const auto note = [&](const std::string& node, outcome why, std::string_view does) {
    static constexpr outcome hopeful_last[] = {outcome::no_host, outcome::hosts_draining, outcome::hosts_cordoned,
                                               outcome::hosts_paused, outcome::hosts_not_ready};
    const auto hope = [](outcome o) { return std::find(std::begin(hopeful_last), std::end(hopeful_last), o); };
    if (hope(why) > hope(what))
      what = why;
    reasons.push_back("node " + node + " " + std::string{does});
  };
  for (const auto& [host, profile] : hosts) {
    if (!profile.knows(kind, schema_version))
      continue;
    if (profile.draining)
      note(host.node, outcome::hosts_draining, "is about to stop");
    else if (profile.cordoned)
      note(host.node, outcome::hosts_cordoned, "is cordoned");
    else if (profile.is_paused)
      note(host.node, outcome::hosts_paused, "sees no majority");
    else if (!profile.is_ready)
      note(host.node, outcome::hosts_not_ready, "has just started, and has yet to catch up with the others");
    else
      return std::nullopt;
  }
  for (const auto& node : unmet)
    note(node, outcome::hosts_not_ready, "is up, and has yet to say what it hosts");
  if (!reasons.empty())
    return obstacle{what, cut_detail(in_words(kind, schema_version) + ": " + join(reasons))};
  const auto do_all_drain =
    std::all_of(hosts.begin(), hosts.end(), [](const candidate& c) { return c.profile.draining; });
  if (do_all_drain && !hosts.empty())
    return obstacle{outcome::hosts_draining, "all nodes that are up are about to stop, and none of them knows "
                                               + in_words(kind, schema_version)};
  return unknown_to_all(kind, schema_version, hosts);
}

obstacle obstacle_to_claim(const std::string& claimant, const std::string& refuser, verdict answer,
                           const std::string& owner) {
  const auto its_owner = owner.empty() ? "its owner" : "its owner, node " + owner;
  std::string why;
  switch (answer) {
    case verdict::granted:
    case verdict::not_ready:
      why = "too few nodes agree";
      break;
    case verdict::outdated:
      why = "node " + refuser + " knows of a later owner";
      break;
    case verdict::owned:
      why = "node " + refuser + " sees " + its_owner;
      break;
    case verdict::granted_to_other:
      why = "node " + refuser + " leaves it to another one";
      break;
    case verdict::promised:
      why = "node " + refuser + " has promised " + its_owner + ", to wait for a while";
      break;
  }
  return {outcome::claim_refused, "node " + claimant + " may not take it over: " + why};
}

} // namespace ariadne::session
