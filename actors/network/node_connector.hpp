#pragma once

#include "actors/caf_edition.hpp"
#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/basp.hpp"
#include "actors/network/dial_attempt.hpp"
#include "actors/network/dialler.hpp"
#include "actors/network/spoken_protocols.hpp"
#include "actors/network/tcp_socket.hpp"
#include "membership/cluster_view.hpp"

#include <caf/actor_cast.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace ariadne {

/// What has the actor receive `work_atom` soon, as long as it lives. It may be called from any thread.
template <class Self>
std::function<void()> wake_up(Self self) {
  return [address = self->address()] {
    if (auto actor = caf::actor_cast<caf::strong_actor_ptr>(address))
      anon_mail(work_atom_v).send(caf::actor_cast<caf::typed_actor<takes<work_atom>>>(actor));
  };
}

/// Makes attempts to connect to nodes, for an actor: a TCP connection first, then CAF's handshake. What is published at
/// the other end has to be a membership actor.
///
/// CAF's own connect is no use: it makes all connections in one thread, one after the other, which an address that
/// swallows packets blocks for up to two minutes. And since CAF never breaks off a connection, an attempt that has led
/// to none of use is broken off here.
///
/// `Self` is a pointer to the actor, which has to call `go_on` when it receives `work_atom`. Everything is called in
/// it.
template <class Self>
class node_connector {
public:
  using attempt = membership::attempt;

  /// One of these is called at the end of each attempt, but for `is_needed`.
  struct callbacks {
    /// Whether a connection to the node is still of use.
    std::function<bool(const std::string& node)> is_needed;
    /// `protocols`: the versions of the protocol between nodes that the other one speaks. `local_host`: the address of
    /// this side.
    std::function<void(const attempt&, const peer_membership_actor&, const crdt::version_range& protocols,
                       const std::string& local_host)>
      reached;
    std::function<void(const attempt&)> reached_self;
    std::function<void(const attempt&, const std::string& problem, membership::failure)> failed;
    std::function<void(const attempt&)> unneeded;
  };

  /// `timeout` is for each of the two steps.
  node_connector(Self self, std::chrono::milliseconds timeout, callbacks tell)
    : self_(self), timeout_(timeout), tell_(std::move(tell)), dialler_(security_of(self->system()).tls, wake_up(self)) {
  }

  void begin(const attempt& made) {
    if (auto address = endpoint_from_string(made.address))
      dialler_.dial(made.node, std::move(*address), timeout_);
    else
      tell_.failed(made, made.address + " is no address", membership::failure::other);
  }

  void go_on() {
    for (auto& [node, address, socket] : dialler_.take_results()) {
      const attempt made{node, to_string(address)};
      if (!socket)
        tell_.failed(made, describe(socket.error()), failure_of(socket.error()));
      else if (tell_.is_needed(node))
        shake_hands(made, std::move(*socket), address.port);
      else
        tell_.unneeded(made);
    }
  }

  /// The node is not needed any more.
  void break_off(const std::string& node) {
    if (const auto found = shaking_hands_.find(node); found != shaking_hands_.end())
      found->second.shut_down();
  }

private:
  /// That nobody listens is usual where nodes come and go; a node that answers otherwise than it should is not.
  static membership::failure failure_of(const caf::error& error) {
    return is_refusal(error)          ? membership::failure::refused
           : error == ec::unreachable ? membership::failure::unreachable
                                      : membership::failure::other;
  }

  void shake_hands(const attempt& made, link_socket socket, std::uint16_t port) {
    auto local_host = socket.tcp.local_host();
    shaking_hands_[made.node] = socket.tcp.duplicate();
    request_handshake(self_, timeout_, std::move(socket), port)
      .then(
        [this, made, local_host](const caf::node_id&, const caf::strong_actor_ptr& published,
                                 const std::set<std::string>& interface) {
          // If the other node has connected at the same moment, CAF closes this connection now; a copy would keep it
          // open.
          shaking_hands_.erase(made.node);
          found(made, published, interface, local_host);
        },
        [this, made](const caf::error& error) {
          if (tell_.is_needed(made.node))
            break_off(made.node);
          shaking_hands_.erase(made.node);
          tell_.failed(made, describe(error), membership::failure::other);
        });
  }

  void found(const attempt& made, const caf::strong_actor_ptr& published, const std::set<std::string>& interface,
             const std::string& local_host) {
    if (!tell_.is_needed(made.node))
      return tell_.unneeded(made);
    if (!published || !self_->system().template assignable<peer_membership_actor>(interface))
      return tell_.failed(made, "what is published there is no node of ours", membership::failure::other);
    const auto membership = caf::actor_cast<peer_membership_actor>(published);
    if (membership.address() == self_->address())
      return tell_.reached_self(made);
    tell_.reached(made, membership, announced_protocols(interface).nodes, local_host);
  }

  Self self_;
  std::chrono::milliseconds timeout_;
  callbacks tell_;
  /// The connections of the attempts while CAF shakes hands.
  std::map<std::string, tcp_socket> shaking_hands_;
  dialler dialler_;
};

} // namespace ariadne
