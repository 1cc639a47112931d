#pragma once

#include "actors/caf_edition.hpp"
#include "actors/internal/cluster_membership.hpp"
#include "actors/state_handoff.hpp"
#include "test/support/eventually.hpp"
#include "test/support/log_book.hpp"
#include "test/support/open_port.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// A node without the program: an actor system of its own, with a handoff pair and a published membership actor.
class node {
public:
  node(std::string name, endpoint address, std::vector<seed_node> seeds, std::string cluster = "test",
       std::chrono::milliseconds connect_timeout = std::chrono::seconds{5}, std::string key = {},
       std::chrono::milliseconds forget_after = std::chrono::hours{1})
    : name_(std::move(name)), cluster_(std::move(cluster)), address_(std::move(address)), key_(std::move(key)) {
    cluster_membership_options options;
    options.cluster = cluster_;
    options.node = name_;
    options.address = address_;
    options.seeds = std::move(seeds);
    options.reconnect_min = std::chrono::milliseconds{10};
    options.reconnect_max = std::chrono::milliseconds{100};
    // Nodes in one process are silent only if the machine is busy.
    options.heartbeats.tolerance = std::chrono::seconds{10};
    options.forget_after = forget_after;
    options.connect_timeout = connect_timeout;
    options.log = log.sink();
    membership = host.keep(spawn_cluster_membership(host.system, options));
    open_port(host.system, membership, address_, log.sink());
    start_handoff();
  }

  ~node() {
    // Nobody is to write to the log of a node that is no more.
    host.self->monitor(membership);
    caf::anon_send_exit(membership, caf::exit_reason::user_shutdown);
    host.self->receive([](const caf::down_msg&) {});
    for (const auto& line : log.lines())
      BOOST_TEST_MESSAGE("log of " << name_ << ": " << line);
  }

  void start_handoff() {
    state_handoff_options options;
    options.cluster = cluster_;
    options.node = name_;
    handoff = host.keep(spawn_state_handoff(host.system, options));
    if (!key_.empty())
      host.ask<receipt>(handoff, stash_atom_v, key_, snapshot{"bytes", 1, "state"});
    mail(host.self, handoff_atom_v, handoff).send(membership);
  }

  member_state state_of(const std::string& name) {
    for (const auto& member : host.ask<members_page>(membership, status_atom_v, std::string{}).members)
      if (member.name == name)
        return member.state;
    return member_state::down;
  }

  std::uint64_t replica_of(const std::string& name) {
    for (const auto& member : host.ask<members_page>(membership, status_atom_v, std::string{}).members)
      if (member.name == name)
        return member.replica;
    return 0;
  }

  bool knows(const std::string& name) {
    const auto members = host.ask<members_page>(membership, status_atom_v, std::string{}).members;
    return std::any_of(members.begin(), members.end(), [&](const member_status& m) { return m.name == name; });
  }

  pickup_outcome outcome_of_pickup(const std::string& key) {
    return host.ask<pickup_result>(handoff, pickup_atom_v, key).outcome;
  }

  /// Empty if it is done, else why not.
  std::string forget(const std::string& name) {
    const auto done = host.try_ask<bool>(membership, forget_atom_v, name);
    return done ? std::string{} : describe(done.error());
  }

  std::size_t member_count() {
    return host.ask<members_page>(membership, status_atom_v, std::string{}).members.size();
  }

  /// Whether its replica sends changes to `count` others.
  bool has_neighbours(std::size_t count) {
    return host.ask<node_status>(handoff, status_atom_v).replica.neighbours == count;
  }

private:
  std::string name_;
  std::string cluster_;
  endpoint address_;
  /// What it holds from the start on; empty for nothing.
  std::string key_;

public:
  // The log outlives the actors.
  log_book log;
  test_system host;
  peer_membership_actor membership;
  state_handoff_actor handoff;
};

inline bool eventually_up(node& on, const std::string& name) {
  return eventually([&] { return on.state_of(name) == member_state::up; });
}

inline bool eventually_neighbours(node& on, std::size_t count) {
  return eventually([&] { return on.has_neighbours(count); });
}

inline bool eventually_logged(node& on, const std::string& part) {
  return eventually([&] { return on.log.count(part) > 0; });
}

} // namespace ariadne::test
