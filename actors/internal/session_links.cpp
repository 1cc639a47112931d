#include "actors/internal/session_links.hpp"

#include "actors/internal/host_messages.hpp"
#include "actors/internal/host_search.hpp"
#include "actors/internal/replica_messages.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <variant>

namespace ariadne {

namespace {

using session::host_id;

} // namespace

void session_links::set_nodes(const std::vector<known_node>& nodes) {
  std::set<std::string> up;
  down_.clear();
  up_.clear();
  for (const auto& n : nodes)
    if (n.presence == node_presence::up) {
      up.insert(n.node);
      up_[n.node] = n;
    } else if (n.presence == node_presence::down) {
      down_.insert(n.node);
    }
  connections_.set_nodes(std::move(up));
  act();
}

session_peer session_links::self_as_peer() const {
  return {id_.node, id_.incarnation, caf::actor_cast<caf::strong_actor_ptr>(self_)};
}

void session_links::introduced(const session_introduction& other) {
  const host_id peer{other.sender.node, other.sender.incarnation};
  know(peer, other.sender.handle);
  connections_.introduced(peer, other.link);
  act();
}

void session_links::asked_to_begin(const session_introduction& other) {
  const host_id peer{other.sender.node, other.sender.incarnation};
  if (!other.sender.handle || peer.node == id_.node)
    return;
  know(peer, other.sender.handle);
  connections_.asked_to_begin(peer, other.link);
  act();
}

bool session_links::ended(const caf::actor_addr& who) {
  const auto found = std::find_if(handles_.begin(), handles_.end(), [&](const auto& h) { return h.second == who; });
  if (found == handles_.end() || !connections_.number_to(found->first))
    return false;
  connections_.lost(host_id{found->first}, "is gone");
  act();
  return true;
}

void session_links::send_frame(const host_id& to, std::string&& bytes) {
  if (const auto number = connections_.number_to(to))
    mail(self_, session_frame{id_.incarnation, *number, std::move(bytes)}).send(handles_.at(to));
}

peer_host_actor session_links::find(const host_id& host) const {
  return connections_.number_to(host) ? handles_.at(host) : peer_host_actor{};
}

void session_links::know(const host_id& peer, const caf::strong_actor_ptr& handle) {
  // After a connection between nodes was lost there is a new one for the same actor.
  handles_[peer] = caf::actor_cast<peer_host_actor>(handle);
}

void session_links::act() {
  for (auto commands = connections_.take_commands(); !commands.empty(); commands = connections_.take_commands())
    for (const auto& c : commands)
      std::visit([this](const auto& command) { carry_out(command); }, c);
}

void session_links::carry_out(const session::host_connections::introduce& c) {
  const auto handle = handles_.at(c.to);
  mail(self_, introduce_atom_v, session_introduction{self_as_peer(), c.number})
    .request(handle, step_timeout)
    .then(
      [this, c, handle](const session_peer&) {
        handles_.try_emplace(c.to, handle);
        connections_.answered(c.to, c.number);
        act();
      },
      [this, c](const caf::error&) { connections_.failed(c.to); });
}

void session_links::carry_out(const session::host_connections::ask_to_begin& c) {
  mail(self_, connect_atom_v, session_introduction{self_as_peer(), c.last_number}).send(handles_.at(c.whom));
}

void session_links::carry_out(const session::host_connections::search& c) {
  const auto found = [this, c](const session_peer& host) {
    if (!host.handle) {
      connections_.has_no_host(c.node);
    } else {
      const host_id peer{host.node, host.incarnation};
      know(peer, host.handle);
      connections_.found(peer);
    }
    act();
  };
  search_host(self_, up_.at(c.node), step_timeout, found, [this, c] { connections_.search_failed(c.node); });
}

void session_links::carry_out(const change& c) {
  if (c.connected) {
    monitored_.add(handles_.at(*c.connected));
    // Earlier starts of the node are forgotten.
    std::erase_if(handles_,
                  [&](const auto& h) { return h.first.node == c.connected->node && h.first != *c.connected; });
  }
  if (c.disconnected)
    monitored_.remove(handles_.at(*c.disconnected));
  changed_(c);
}

} // namespace ariadne
