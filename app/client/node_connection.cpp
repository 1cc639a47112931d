#include "app/client/node_connection.hpp"

#include "actors/error.hpp"
#include "actors/network/basp.hpp"
#include "actors/system_config.hpp"
#include "app/config/duration.hpp"

#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <thread>

namespace ariadne {

namespace {

using namespace std::chrono_literals;

/// For how long, and how often, a name that cannot be resolved is looked up.
constexpr auto resolve_timeout = 10s;
constexpr auto resolve_interval = 250ms;

/// Whether the node has refused for a reason of its own, before it began: another one may do better.
bool is_refused_here(const caf::error& error) {
  for (const auto code :
       {ec::draining, ec::not_in_service, ec::session_hosts_draining, ec::session_hosts_paused,
        ec::session_hosts_not_ready, ec::too_many_answers, ec::too_many_listings, ec::too_many_requests})
    if (error == code)
      return true;
  return false;
}

} // namespace

client_config::client_config(const network_security& security) {
  configure_with_network(*this, security);
  use_work_sharing(*this);
  use_threads(*this, 1);
}

node_connection::node_connection(caf::actor_system& system, endpoint address, std::chrono::milliseconds timeout)
  : system_(system), address_(std::move(address)), timeout_(timeout), deadline_(clock::now() + timeout) {}

fallible<void> node_connection::connect() {
  auto socket = dial();
  if (!socket && socket.error() == caf::sec::request_timeout)
    return tl::unexpected(undone(describe_failure(socket.error())));
  if (!socket)
    return tl::unexpected(undone(fmt::format("{}: {}", to_string(address_), describe(socket.error()))));
  auto connection = socket->tcp.duplicate();
  caf::strong_actor_ptr actor;
  std::set<std::string> interface;
  caf::error error;
  caf::scoped_actor self{system_};
  request_handshake(self, remaining(), std::move(*socket), address_.port)
    .receive(
      [&](caf::node_id&, caf::strong_actor_ptr& published, std::set<std::string>& messages) {
        actor = std::move(published);
        interface = std::move(messages);
      },
      [&](caf::error& problem) { error = std::move(problem); });
  if (error)
    connection.shut_down();
  if (error == caf::sec::request_timeout)
    return tl::unexpected(undone(describe_failure(error)));
  if (error)
    return tl::unexpected(
      undone(fmt::format("{}: the handshake has failed: {}", to_string(address_), describe(error))));
  if (!actor || !system_.assignable(interface, system_.message_types<cluster_membership_actor>()))
    return tl::unexpected(undone(fmt::format("{} is no node of Ariadne", to_string(address_))));
  membership_ = caf::actor_cast<cluster_membership_actor>(actor);
  return {};
}

bool node_connection::is_secured() const {
  return security_of(system_).tls != nullptr;
}

fallible<state_handoff_actor> node_connection::handoff() {
  return look_up<state_handoff_actor>(handoff_atom_v);
}

fallible<std::vector<member_status>> node_connection::members() {
  std::vector<member_status> result;
  for (auto is_last = false; !is_last;) {
    auto page = look_up<members_page>(status_atom_v, result.empty() ? std::string{} : result.back().name);
    if (!page)
      return tl::unexpected(page.error());
    is_last = page->is_last || page->members.empty();
    result.insert(result.end(), std::make_move_iterator(page->members.begin()),
                  std::make_move_iterator(page->members.end()));
  }
  return result;
}

fallible<bool> node_connection::forget(const std::string& node) {
  return ask<bool>(membership_, forget_atom_v, node);
}

template <class Actor>
fallible<Actor> node_connection::registered_actor(std::string name, std::string_view otherwise) {
  return look_up<caf::strong_actor_ptr>(get_atom_v, std::move(name))
    .and_then([&](const caf::strong_actor_ptr& found) -> fallible<Actor> {
      if (!found)
        return tl::unexpected(fmt::format("{} {}", to_string(address_), otherwise));
      return caf::actor_cast<Actor>(found);
    });
}

fallible<session_host_actor> node_connection::session_host() {
  return registered_actor<session_host_actor>(to_string(host_atom_v), "hosts no sessions");
}

fallible<value_desk_actor> node_connection::value_desk() {
  return look_up<caf::strong_actor_ptr>(get_atom_v, std::string{value_desk_name})
    .map([](const caf::strong_actor_ptr& found) { return caf::actor_cast<value_desk_actor>(found); });
}

fallible<storage_actor> node_connection::storage() {
  return registered_actor<storage_actor>(storage_name,
                                         "keeps no journal; that needs a table [storage] in its cluster file");
}

fallible<settings_actor> node_connection::settings() {
  return registered_actor<settings_actor>(settings_name, "does not tell its settings");
}

fallible<void> node_connection::check_hosting() {
  const auto of_host = session_host().and_then(
    [this](const session_host_actor& host) { return look_at<session_host_status>(host, status_atom_v); });
  if (!of_host)
    return tl::unexpected(of_host.error());
  const auto of_node = handoff().and_then(
    [this](const state_handoff_actor& handoff) { return look_at<node_status>(handoff, status_atom_v); });
  if (!of_node)
    return tl::unexpected(of_node.error());
  const auto unfit = [this](ec why, std::string detail = {}) {
    return tl::unexpected(undone(describe_failure(make_error(why, std::move(detail)))));
  };
  if (!of_host->hosts.empty() && of_host->hosts.front().is_draining)
    return unfit(ec::draining);
  if (of_host->is_paused)
    return unfit(ec::session_hosts_paused);
  if (!of_node->replica.out_of_service.empty())
    return unfit(ec::not_in_service, of_node->replica.out_of_service);
  if (!of_node->replica.caught_up)
    return unfit(ec::session_hosts_not_ready);
  return {};
}

caf::expected<link_socket> node_connection::dial() {
  const auto resolved_by = std::min(deadline_, clock::now() + resolve_timeout);
  for (;;) {
    auto socket = connect_to_node(system_, address_, remaining());
    if (socket || socket.error() != ec::host_unresolved || clock::now() + resolve_interval >= resolved_by)
      return socket;
    std::this_thread::sleep_for(resolve_interval);
  }
}

std::uint64_t node_connection::remaining_ms() const {
  return static_cast<std::uint64_t>((remaining() * 9 / 10).count());
}

std::uint64_t node_connection::whole_ms() const {
  return static_cast<std::uint64_t>((timeout_ * 9 / 10).count());
}

void node_connection::extend(std::chrono::milliseconds time) {
  timeout_ += time;
  deadline_ += time;
}

void node_connection::begin_anew() {
  deadline_ = clock::now() + timeout_;
}

failure node_connection::describe_end(const caf::error& reason) const {
  failure result{fmt::format("the node at {} has ended or restarts: {}", to_string(address_), describe(reason))};
  result.fate = request_fate::unknown;
  return result;
}

std::chrono::milliseconds node_connection::remaining() const {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock::now()), std::chrono::milliseconds{1});
}

failure node_connection::undone(failure problem) {
  problem.fate = request_fate::undone;
  return problem;
}

failure node_connection::describe_failure(const caf::error& error) const {
  failure result{describe(error)};
  if (error == caf::sec::request_timeout)
    result.text = fmt::format("{} has not answered within {}", to_string(address_), to_string(timeout_));
  else if (error == caf::exit_reason::remote_link_unreachable)
    result.text = fmt::format("the connection to {} was lost before it answered", to_string(address_));
  else if (error == caf::sec::request_receiver_down || error == ec::replica_restarting)
    result.text = fmt::format("the node at {} has ended or restarts, and has not answered", to_string(address_));
  // What the handoff actor has not answered when it ends is answered with `replica_restarting`.
  if (error == caf::sec::request_timeout || is_contact_lost(error) || error == ec::replica_restarting)
    result.fate = request_fate::unknown;
  else if (is_refused_here(error))
    return undone(fmt::format("{}: {}", to_string(address_), result.text));
  return result;
}

} // namespace ariadne
