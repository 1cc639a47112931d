#include "test/support/node_client.hpp"

#include "test/support/test_system.hpp"

#include <caf/after.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace ariadne::test {

struct node_client::connection : test_system {
  cluster_membership_actor membership;

  state_handoff_actor handoff() {
    return ask<state_handoff_actor>(membership, handoff_atom_v);
  }

  caf::actor replica() {
    return caf::actor_cast<caf::actor>(ask<neighbour>(handoff(), replica_atom_v).handle);
  }
};

node_client::node_client(std::string_view host, std::uint16_t port) : connection_(std::make_unique<connection>()) {
  connection_->membership = connection_->node_at({std::string{host}, port});
}

node_client::~node_client() = default;

receipt node_client::stash(const std::string& key, const snapshot& state) {
  return connection_->ask<receipt>(connection_->handoff(), stash_atom_v, key, state);
}

pickup_result node_client::pickup(const std::string& key) {
  return connection_->ask<pickup_result>(connection_->handoff(), pickup_atom_v, key);
}

std::vector<member_status> node_client::members() {
  return connection_->ask<members_page>(connection_->membership, status_atom_v, std::string{}).members;
}

std::optional<node_status> node_client::status() {
  // CAF drops requests to a remote actor once it knows that the actor has ended, and answers none of them.
  constexpr std::chrono::seconds timeout{2};
  const auto handoff =
    connection_->try_ask_within<state_handoff_actor>(timeout, connection_->membership, handoff_atom_v);
  if (!handoff)
    return std::nullopt;
  const auto status = connection_->try_ask_within<node_status>(timeout, *handoff, status_atom_v);
  return status ? std::optional{*status} : std::nullopt;
}

void node_client::kill_replica() {
  // Waits until it is dead: the connection may end before the message is out.
  auto& self = connection_->self;
  const auto replica = connection_->replica();
  self->monitor(replica);
  self->send_exit(replica, caf::exit_reason::kill);
  self->receive([](const caf::down_msg&) {},
                caf::after(patience) >> [] { throw std::runtime_error("the replica does not die"); });
}

} // namespace ariadne::test
