#pragma once

#include "actors/cluster_membership.hpp"
#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/handoff_messages.hpp"
#include "actors/log.hpp"
#include "actors/node_listing.hpp"
#include "actors/session_host.hpp"
#include "actors/state_handoff.hpp"
#include "actors/storage_options.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// The supervision tree of a node:
//
//     supervisor
//       |- storage, if the node keeps a journal
//       |- state_handoff ---- linked ---- crdt_replica
//       |- cluster_membership, published at the node's port
//       `- services: the application's own actors
//
// A child that ends is started anew after a while, unless the node drains. Then nothing is: a service that ends by
// itself is done, and one that dies is left over, in the report of the drain. Services are started after all else, so
// that they stop before it, and take part in the drain. A new handoff pair is registered under the name `handoff_atom`
// before the membership actor hears of it, as `(handoff_atom, handle)`, and tells the other nodes.
//
// With storage, nothing else is started before its directory has been read, and every pair begins with what that has.

namespace ariadne {

/// How often children may be restarted, and how long to wait before.
struct restart_limits {
  std::chrono::milliseconds delay_min{100};
  std::chrono::milliseconds delay_max{5'000};
  /// More restarts than this within `window` are not tried.
  std::size_t restarts_max = 10;
  std::chrono::milliseconds window{60'000};
};

/// Decides on restarts from the times of the former ones.
class restart_policy {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit restart_policy(restart_limits limits) : limits_(limits) {}

  /// How long to wait before the restart that becomes due at `now`: `delay_min`, doubled for every other restart
  /// within the window, at most `delay_max`. Nothing if the limit is exceeded.
  std::optional<std::chrono::milliseconds> next_delay(time_point now);

private:
  restart_limits limits_;
  std::deque<time_point> restarts_;
};

/// An actor of the application that runs as long as its node, takes part in the drain, and is found by its name in the
/// actor registry.
struct service {
  /// With CAF 0.17, up to ten letters, digits and underscores. Neither `handoff_atom`, `host_atom` nor "valuedesk",
  /// which are ours, nor the name of another actor in the registry.
  std::string name = {};
  std::function<participant_actor(caf::actor_system&)> spawn = {};
  /// It is a `session_host_actor`, and is told of every handoff pair.
  bool is_session_host = false;
};

/// Why a supervisor gives up.
struct node_failure {
  /// `name_taken`: started again, the node would end again. `port_not_opened`, `host_unresolved`: its address cannot be
  /// had. `refused`: a service has a name that it may not have. `storage_...`: its journal is not to be gone on with.
  /// `not_in_service`: a child has died too often.
  ec code = ec::not_in_service;
  /// A sentence without final stop.
  std::string reason;
};

struct supervisor_options {
  state_handoff_options handoff = {};
  cluster_membership_options membership = {};
  /// Where the membership actor is published. Port 0: the system chooses one, and where `membership.address` has port 0
  /// as well, the others are told that one.
  endpoint address = {};
  /// Without, the node keeps nothing on a disk.
  std::optional<storage_options> storage = {};
  std::vector<service> services = {};
  restart_limits restarts = {};
  log_sink log = log_nothing;
  /// Called once, from the supervisor's thread, when it gives up.
  std::function<void(const node_failure&)> on_failure = [](const node_failure&) {};
  /// Called from the supervisor's thread whenever the port has been opened, with the address that the others are told.
  std::function<void(const endpoint&)> on_port_opened = [](const endpoint&) {};
  /// Called from the supervisor's thread whenever the node has caught up with all nodes that it knows.
  std::function<void()> on_caught_up = [] {};
};

/// The options for the node `self` of a cluster of these nodes; `self` may be one of them, or join them. The other
/// options have their defaults.
supervisor_options options_for_node(const std::string& cluster, const seed_node& self,
                                    const std::vector<seed_node>& nodes);

/// Adds a session host to the services, under the name `host_atom`. Its node, and the nodes of which a majority is
/// counted, are those of `options`.
void add_session_host(supervisor_options& options, session_host_options hosting);

using supervisor_actor = caf::typed_actor<
  // Answers the handoff actor as soon as the node is in service: the port is open, and a handoff pair and all services
  // run. An error if the supervisor gives up before. While the node drains: as long as the handoff pair runs.
  answers<state_handoff_actor, handoff_atom>,
  // Tells the other nodes that this node leaves, then answers.
  answers<bool, leave_atom>,
  // See list_nodes.
  takes<node_listing>>;

/// The nodes that the cluster file lists now, as it is read again: see membership::cluster_view::listed. Who counts for
/// a majority, and who is awaited after the start, does not change by that.
void list_nodes(const supervisor_actor& supervisor, const std::vector<seed_node>& nodes);

/// Starts all children. A port that cannot be opened at the start is a failure at once, not retried; but where the name
/// of the host cannot be resolved, that is tried again for 10 s. Ends its children when it is told to exit.
supervisor_actor spawn_supervisor(caf::actor_system& system, supervisor_options options);

} // namespace ariadne
