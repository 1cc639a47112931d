#include "session/host_connections.hpp"

#include <algorithm>

namespace ariadne::session {

std::set<std::string> host_connections::unmet() const {
  auto result = up_;
  for (const auto& node : hostless_)
    result.erase(node);
  for (const auto& [host, number] : connected_)
    result.erase(host.node);
  return result;
}

void host_connections::note_change(change c) {
  c.unmet = unmet();
  has_lost_ = c.disconnected.has_value();
  commands_.emplace_back(std::move(c));
}

// -- nodes -----------------------------------------------------------------------------------------------------------

void host_connections::set_nodes(std::set<std::string> up) {
  up_ = std::move(up);
  std::erase_if(hostless_, [&](const std::string& node) { return !up_.contains(node); });
  note_change({});
  for (const auto& node : unmet())
    if (searched_.insert(node).second)
      commands_.emplace_back(search{node});
}

void host_connections::found(const host_id& peer) {
  searched_.erase(peer.node);
  if (connected_.contains(peer))
    return;
  if (self_.incarnation < peer.incarnation)
    begin(peer);
  else if (const auto accepted = accepted_.find(peer); accepted != accepted_.end())
    commands_.emplace_back(ask_to_begin{peer, accepted->second});
  else
    commands_.emplace_back(ask_to_begin{peer, 0});
}

void host_connections::has_no_host(const std::string& node) {
  searched_.erase(node);
  hostless_.insert(node);
  note_change({});
}

// -- connections -----------------------------------------------------------------------------------------------------

void host_connections::begin(const host_id& peer) {
  if (!connected_.contains(peer) && beginning_.try_emplace(peer, last_number_ + 1).second)
    commands_.emplace_back(introduce{peer, ++last_number_});
}

void host_connections::introduced(const host_id& peer, std::uint64_t number) {
  lost(peer, "connects anew");
  connect(peer, number);
  accepted_[peer] = number;
}

void host_connections::asked_to_begin(const host_id& peer, std::uint64_t last_number) {
  if (peer.incarnation <= self_.incarnation)
    return;
  // Unless a later connection is on its way.
  if (number_to(peer) == last_number)
    lost(peer, "has lost the connection");
  begin(peer);
}

void host_connections::answered(const host_id& peer, std::uint64_t number) {
  // One that comes too late is of a connection that the other host has no more.
  if (const auto begun = beginning_.find(peer); begun != beginning_.end() && begun->second == number) {
    beginning_.erase(begun);
    connect(peer, number);
  }
}

void host_connections::connect(const host_id& peer, std::uint64_t number) {
  const auto is_earlier = [&](const auto& entry) { return entry.first.node == peer.node && entry.first != peer; };
  for (auto old = connected_.begin();
       (old = std::find_if(connected_.begin(), connected_.end(), is_earlier)), old != connected_.end();)
    lost(host_id{old->first}, "is started anew");
  std::erase_if(accepted_, is_earlier);
  connected_[peer] = number;
  hostless_.erase(peer.node);
  note_change({.connected = peer, .disconnected = {}, .why = {}, .unmet = {}});
}

void host_connections::lost(const host_id& peer, std::string_view why) {
  if (connected_.erase(peer) == 0)
    return;
  note_change({.connected = {}, .disconnected = peer, .why = why, .unmet = {}});
}

std::optional<host_id> host_connections::sender_of(std::uint64_t incarnation, std::uint64_t number) const {
  for (const auto& [host, connection] : connected_)
    if (host.incarnation == incarnation && connection == number)
      return host;
  return std::nullopt;
}

std::optional<std::uint64_t> host_connections::number_to(const host_id& peer) const {
  const auto found = connected_.find(peer);
  return found == connected_.end() ? std::nullopt : std::optional{found->second};
}

std::string_view host_connections::check_invariants() const {
  const std::string* last_node = nullptr;
  for (const auto& [host, number] : connected_) {
    if (host.node == self_.node)
      return "a host is connected to one of its own node";
    if (last_node && *last_node == host.node)
      return "a host is connected to two of one node";
    last_node = &host.node;
    if (hostless_.contains(host.node))
      return "a host is connected whose node has none";
    if (self_.incarnation < host.incarnation && number > last_number_)
      return "a connection has a number that was not given";
  }
  return {};
}

} // namespace ariadne::session
