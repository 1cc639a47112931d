#pragma once

#include "actors/internal/host_messages.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/session_host_self.hpp"
#include "session/host_connections.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// The hosts of other nodes as actors: looks for them, and carries out what session::host_connections decides.
class session_links {
public:
  /// How long another actor may take for each step of a connection.
  static constexpr std::chrono::milliseconds step_timeout{2'000};

  using monitored_hosts = monitored_actors<session_host_self>;
  using change = session::host_connections::change;

  /// Calls `changed` for each change, once all that it says is so.
  session_links(session_host_self self, monitored_hosts& monitored, session::host_id id,
                std::function<void(const change&)> changed)
    : self_(self), monitored_(monitored), id_(id), connections_(std::move(id)), changed_(std::move(changed)) {}

  /// What the handoff pair knows of the other nodes.
  void set_nodes(const std::vector<known_node>& nodes);
  /// Whether the node is known to be down.
  bool is_down(const std::string& node) const {
    return down_.contains(node);
  }
  bool is_complete() const {
    return connections_.is_complete();
  }

  session_peer self_as_peer() const;
  void introduced(const session_introduction& other);
  void asked_to_begin(const session_introduction& other);
  /// An actor has ended. Returns whether it was one of the hosts that are connected.
  bool ended(const caf::actor_addr& who);

  /// Whose frame it is; nobody's, if it is of another connection.
  std::optional<session::host_id> sender_of(const session_frame& frame) const {
    return connections_.sender_of(frame.incarnation, frame.link);
  }
  /// Forgotten if the host is not connected.
  void send_frame(const session::host_id& to, std::string&& bytes);
  /// Null if it is not connected.
  peer_host_actor find(const session::host_id& host) const;

private:
  void know(const session::host_id& peer, const caf::strong_actor_ptr& handle);
  void act();
  void carry_out(const session::host_connections::introduce& c);
  void carry_out(const session::host_connections::ask_to_begin& c);
  void carry_out(const session::host_connections::search& c);
  void carry_out(const change& c);

  session_host_self self_;
  monitored_hosts& monitored_;
  session::host_id id_;
  session::host_connections connections_;
  std::function<void(const change&)> changed_;
  /// The nodes that are up.
  std::map<std::string, known_node> up_;
  std::set<std::string> down_;
  /// Of all hosts that are connected, or may be soon.
  std::map<session::host_id, peer_host_actor> handles_;
};

} // namespace ariadne
