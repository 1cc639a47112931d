#include "session/roster.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::session {

roster::roster(const session_host_options& options)
  : self_(options.self), return_wait_ms_(options.return_wait_ms), awaited_(options.configured_nodes) {
  awaited_.erase(self_.node);
  for (const auto& [kind, about] : options.kinds)
    profile_.kinds[kind] = about.schema_version;
}

// -- this host -------------------------------------------------------------------------------------------------------

void roster::note_cordon() {
  const auto cordoned = is_cordoned_ || !is_in_service_;
  is_profile_new_ |= std::exchange(profile_.cordoned, cordoned) != cordoned;
}

void roster::set_cordoned(bool cordoned) {
  is_cordoned_ = cordoned;
  note_cordon();
}

bool roster::set_in_service(bool in_service) {
  const auto is_news = std::exchange(is_in_service_, in_service) != in_service;
  note_cordon();
  return is_news;
}

bool roster::drain(std::uint64_t now_ms) {
  if (std::exchange(profile_.draining, true))
    return false;
  drain_began_ms_ = now_ms;
  return is_profile_new_ = true;
}

bool roster::set_ready(bool is_ready) {
  const auto is_news = std::exchange(profile_.is_ready, is_ready) != is_ready;
  is_profile_new_ |= is_news;
  return is_news;
}

void roster::set_paused(bool is_paused) {
  is_profile_new_ |= std::exchange(profile_.is_paused, is_paused) != is_paused;
}

bool roster::take_change() {
  return std::exchange(is_profile_new_, false);
}

// -- the others ------------------------------------------------------------------------------------------------------

void roster::add(const host_id& added, std::uint64_t now_ms) {
  peer about;
  about.up_since_ms = now_ms;
  peers_.insert_or_assign(added, std::move(about));
  departed_.erase(added.node);
  awaited_.erase(added.node);
}

void roster::remove(const host_id& removed, std::uint64_t now_ms) {
  const auto gone = peers_.find(removed);
  if (gone == peers_.end())
    return;
  if (gone->second.has_announced)
    departed_[removed.node] = {std::move(gone->second.profile), now_ms};
  peers_.erase(gone);
}

std::optional<host_id> roster::host_of(const std::string& node) const {
  const auto found =
    std::find_if(peers_.begin(), peers_.end(), [&](const auto& entry) { return entry.first.node == node; });
  return found == peers_.end() ? std::nullopt : std::optional{found->first};
}

bool roster::announced(const host_id& from, host_profile&& profile) {
  auto& about = peers_.at(from);
  if (std::exchange(about.has_announced, true) && about.profile == profile)
    return false;
  about.profile = std::move(profile);
  return true;
}

bool roster::set_unmet(std::set<std::string> nodes) {
  return std::exchange(unmet_, nodes) != nodes;
}

bool roster::knows_all() const {
  return unmet_.empty()
         && std::all_of(peers_.begin(), peers_.end(), [](const auto& entry) { return entry.second.has_announced; });
}

std::vector<host_id> roster::peers() const {
  std::vector<host_id> result;
  for (const auto& [host, about] : peers_)
    result.push_back(host);
  return result;
}

std::vector<candidate> roster::candidates() const {
  std::vector<candidate> result{{self_, profile_}};
  for (const auto& [host, about] : peers_)
    result.push_back({host, about.profile});
  return result;
}

// -- where sessions go -----------------------------------------------------------------------------------------------

std::optional<host_id> roster::place_of(const session_key& key, std::uint32_t schema_version) const {
  return place(key, schema_version, candidates());
}

std::optional<obstacle> roster::find_obstacle(const std::string& kind, std::uint32_t schema_version) const {
  std::vector<candidate> heard{{self_, profile_}};
  auto unmet = unmet_;
  for (const auto& [host, about] : peers_)
    if (about.has_announced)
      heard.push_back({host, about.profile});
    else
      unmet.insert(host.node);
  return obstacle_to_hosting(kind, schema_version, heard, unmet);
}

bool roster::may_return(const std::string& kind, std::uint32_t schema_version, std::uint64_t now_ms) const {
  return std::any_of(departed_.begin(), departed_.end(), [&](const auto& entry) {
    const auto& [profile, gone_ms] = entry.second;
    return profile.knows(kind, schema_version) && now_ms < gone_ms + return_wait_ms_;
  });
}

bool roster::is_hopeless(const std::string& kind, std::uint32_t schema_version, std::uint64_t now_ms) const {
  const auto hosts = candidates();
  return knows_all()
         && std::none_of(
           hosts.begin(), hosts.end(),
           [&](const candidate& c) { return c.profile.knows(kind, schema_version) && !c.profile.draining; })
         && !may_return(kind, schema_version, now_ms);
}

void roster::forget_departed(std::uint64_t now_ms) {
  std::erase_if(departed_, [&](const auto& entry) { return now_ms >= entry.second.gone_ms + return_wait_ms_; });
}

// -- who leaves ------------------------------------------------------------------------------------------------------

void roster::tell_leaving(peer_links& links) {
  for (auto& [host, about] : peers_)
    if (about.told_leaving == 0)
      links.send(host, leaving{about.told_leaving = ++last_leaving_});
}

void roster::leave_heard(const host_id& from, std::uint64_t number) {
  auto& about = peers_.at(from);
  about.has_heard_leaving = number != 0 && about.told_leaving == number;
}

void roster::has_been_sent_something(const host_id& to) {
  if (const auto found = peers_.find(to); found != peers_.end()) {
    found->second.told_leaving = 0;
    found->second.has_heard_leaving = false;
  }
}

std::vector<host_id> roster::unaware() const {
  std::vector<host_id> result;
  for (const auto& [host, about] : peers_)
    if (!about.has_heard_leaving)
      result.push_back(host);
  return result;
}

bool roster::stays(const host_id& host) const {
  const auto found = peers_.find(host);
  return found != peers_.end() && !found->second.is_leaving;
}

std::string_view roster::check_invariants() const {
  const std::string* last_node = nullptr;
  for (const auto& [host, about] : peers_) {
    if (host.node == self_.node)
      return "another host is of this node";
    if (last_node && *last_node == host.node)
      return "two hosts of one node are up";
    last_node = &host.node;
    if (departed_.contains(host.node))
      return "a node has departed whose host is up";
    if (about.told_leaving > last_leaving_ || (about.has_heard_leaving && about.told_leaving == 0))
      return "a host has heard that this one leaves, and has not been told so";
  }
  return {};
}

} // namespace ariadne::session
