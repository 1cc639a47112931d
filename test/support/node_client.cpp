#include "test/support/node_client.hpp"

#include "actors/ask.hpp"
#include "actors/internal/replica_messages.hpp"
#include "test/support/test_system.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace ariadne::test {

struct node_client::connection : test_system {
  cluster_membership_actor membership;

  /// Fails at once when the node ends. Throws std::runtime_error with the reason.
  template <class Answer, class Handle, class... Arguments>
  Answer ask(const Handle& whom, const Arguments&... arguments) {
    auto answer = ariadne::ask<Answer>(system, whom, patience, arguments...);
    if (!answer)
      throw std::runtime_error(describe(answer.error()));
    return std::move(*answer);
  }

  state_handoff_actor handoff() {
    return ask<state_handoff_actor>(membership, handoff_atom_v);
  }

  caf::actor replica() {
    return caf::actor_cast<caf::actor>(
      ask<neighbour>(caf::actor_cast<node_handoff_actor>(handoff()), replica_atom_v).handle);
  }
};

namespace {

constexpr auto patience_ms = static_cast<std::uint64_t>(std::chrono::milliseconds{patience}.count());

} // namespace

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
  // Of a node that is frozen, say.
  constexpr std::chrono::seconds timeout{2};
  const auto handoff =
    ariadne::ask<state_handoff_actor>(connection_->system, connection_->membership, timeout, handoff_atom_v);
  if (!handoff)
    return std::nullopt;
  const auto status = ariadne::ask<node_status>(connection_->system, *handoff, timeout, status_atom_v);
  return status ? std::optional{*status} : std::nullopt;
}

caf::scoped_actor& node_client::self() {
  return connection_->self;
}

caf::actor node_client::session_host() {
  auto host = connection_->ask<caf::strong_actor_ptr>(connection_->membership, get_atom_v, to_string(host_atom_v));
  if (!host)
    throw std::runtime_error("the node hosts no sessions");
  return caf::actor_cast<caf::actor>(host);
}

void node_client::start_session(const std::string& kind, const std::string& id) {
  connection_->ask<session_place>(caf::actor_cast<session_host_actor>(session_host()), start_atom_v, kind, id,
                                  patience_ms);
}

std::string node_client::locate(const std::string& kind, const std::string& id) {
  return connection_
    ->ask<session_place>(caf::actor_cast<session_host_actor>(session_host()), locate_atom_v, kind, id, patience_ms)
    .node;
}

void node_client::send_exit_to_replica() {
  connection_->self->send_exit(connection_->replica(), caf::exit_reason::kill);
  connection_->ask<node_status>(connection_->handoff(), status_atom_v);
}

} // namespace ariadne::test
