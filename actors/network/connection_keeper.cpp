#include "actors/network/connection_keeper.hpp"

#include <caf/exit_reason.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

constexpr std::size_t values_of_a_register = 16;
constexpr std::size_t room_bytes = std::size_t{128} << 20;

constexpr std::string_view revoked_sentence = "its certificate is revoked";

constexpr std::size_t in_ticks(std::chrono::milliseconds time) {
  return static_cast<std::size_t>(time / connection_keeper::tick_interval);
}

} // namespace

std::size_t payload_bytes_max_of(const crdt::replica_limits& limits) {
  // A header has four bytes for it.
  constexpr std::size_t announced_max = std::numeric_limits<std::uint32_t>::max();
  const auto value = std::min(limits.value_bytes_max + limits.key_bytes_max, announced_max);
  return std::min(value * values_of_a_register + room_bytes, announced_max);
}

connection_keeper::connection_keeper(caf::io::network::default_multiplexer& multiplexer,
                                     std::shared_ptr<admission_desk> desk)
  : tally_(tally_of(multiplexer.system())), desk_(std::move(desk)),
    ticker_(multiplexer, tick_interval, [this] { tick(); }), pending_(in_ticks(handshake_time_max)) {}

void connection_keeper::configure(std::size_t payload_bytes_max, log_sink log) {
  payload_bytes_max_ = payload_bytes_max;
  const std::lock_guard lock{mutex_};
  log_ = std::move(log);
}

void connection_keeper::log(const log_entry& entry) {
  const std::lock_guard lock{mutex_};
  log_(entry);
}

void connection_keeper::report(std::string_view address, const log_entry& entry) {
  const std::lock_guard lock{mutex_};
  if (throttle_.is_due(address, entry.message(), report_throttle::time_point::clock::now()))
    log_(entry);
}

void connection_keeper::add(kept_connection& connection, bool is_accepted) {
  connection.id = ++last_id_;
  connections_.emplace(connection.id, &connection);
  count(connection, "shaking_hands");
  ticker_.start();
  if (is_accepted)
    cut(pending_.add(connection.id, connection.address()), "no_handshake",
        "it has not shaken hands, and too many others wait as well");
  // The handshake may have begun before the revocations were read.
  if (judged_by_ && connection.is_revoked_by(*judged_by_))
    connection.cut("revoked", revoked_sentence);
}

void connection_keeper::has_shaken_hands(kept_connection& connection) {
  count(connection, "open");
  pending_.remove(connection.id);
}

void connection_keeper::close(kept_connection& connection) {
  pending_.remove(connection.id);
  connection.is_closing = true;
  count(connection, "closing");
  stop_if_idle();
}

void connection_keeper::remove(kept_connection& connection) {
  pending_.remove(connection.id);
  connections_.erase(std::exchange(connection.id, 0));
  count_no_more(connection);
}

void connection_keeper::count(kept_connection& connection, std::string_view state) {
  count_no_more(connection);
  connection.counted = &tally_.connections[connection.role_name()][state];
  connection.counted->add(1);
}

void connection_keeper::count_no_more(kept_connection& connection) {
  if (auto* counted = std::exchange(connection.counted, nullptr))
    counted->add(-1);
}

void connection_keeper::add(kept_doorman& doorman) {
  doormen_.insert(&doorman);
  ticker_.start();
}

void connection_keeper::remove(kept_doorman& doorman) {
  doormen_.erase(&doorman);
  stop_if_idle();
}

void connection_keeper::make_room() {
  cut(pending_.drop_oldest(), "no_descriptors", "it has not shaken hands, and this process has no descriptors left");
}

void connection_keeper::note_nodes(caf::io::abstract_broker* broker) {
  auto* basp = dynamic_cast<caf::io::basp_broker*>(broker);
  if (basp == nullptr || basp->spawn_servers.empty())
    return;
  for (const auto& [node, server] : basp->spawn_servers) {
    nodes_.insert(node);
    caf::anon_send_exit(server, caf::exit_reason::kill);
  }
  basp->spawn_servers.clear();
}

void connection_keeper::end() {
  std::vector<kept_connection*> left;
  for (const auto& [id, connection] : connections_)
    left.push_back(connection);
  let_go(left);
}

void connection_keeper::let_go(const std::vector<kept_connection*>& connections) {
  for (auto* connection : connections) {
    remove(*connection);
    connection->let_go();
  }
}

void connection_keeper::tick() {
  cut(pending_.tick(), "no_handshake", fmt::format("it has not shaken hands within {} s", handshake_time_max.count()));
  watch_connections();
  if (desk_) {
    judge_anew();
    limit_anew();
  }
  for (auto* doorman : doormen_)
    doorman->go_on();
  forget_nodes();
  stop_if_idle();
}

void connection_keeper::judge_anew() {
  auto now = desk_->certificates().current();
  if (now == judged_by_)
    return;
  judged_by_ = std::move(now);
  for (const auto& [id, connection] : connections_)
    if (connection->is_revoked_by(*judged_by_))
      connection->cut("revoked", revoked_sentence);
}

void connection_keeper::limit_anew() {
  const auto version = desk_->version_of_limits();
  if (std::exchange(version_of_limits_, version) == version)
    return;
  for (const auto& [id, connection] : connections_)
    if (connection->has_lost_names())
      connection->cut("prefixes", "it may name fewer keys and sessions than before");
}

void connection_keeper::watch_connections() {
  std::vector<kept_connection*> over;
  for (const auto& [id, connection] : connections_) {
    const auto stalled = connection->stalled.tick(connection->is_sending());
    const auto limit = connection->is_closing ? linger_time_max : stall_time_max;
    if (stalled > in_ticks(limit))
      connection->cut("stalled", fmt::format("the other side has taken less than {} KiB of what waits for it in {} s",
                                             stalled_writes::least_bytes >> 10, limit.count()));
    // CAF forgets to let a connection go that begins and ends in one turn of its loop. At the second tick all turns are
    // over that it could have been part of; what begins and ends in the last turns is left to the end.
    const auto is_over = connection->is_done() || (connection->is_closing && stalled > in_ticks(limit) + 1);
    if (std::exchange(connection->is_over, is_over) && is_over)
      over.push_back(connection);
  }
  let_go(over);
}

void connection_keeper::forget_nodes() {
  auto* basp = dynamic_cast<caf::io::basp_broker*>(find_broker());
  if (basp == nullptr)
    return;
  note_nodes(basp);
  auto& routes = basp->instance.tbl();
  std::erase_if(nodes_, [&](const caf::node_id& node) {
    if (routes.lookup(node))
      return false;
    basp->purge_state(node);
    routes.erase_indirect(node);
    return true;
  });
}

void connection_keeper::stop_if_idle() {
  const auto is_done = [](const auto& entry) { return entry.second->is_done(); };
  if (doormen_.empty() && std::all_of(connections_.begin(), connections_.end(), is_done))
    ticker_.stop();
}

caf::io::abstract_broker* connection_keeper::find_broker() const {
  for (auto* doorman : doormen_)
    if (auto* broker = doorman->broker())
      return broker;
  for (const auto& [id, connection] : connections_)
    if (auto* broker = connection->broker())
      return broker;
  return nullptr;
}

void connection_keeper::cut(const std::vector<pending_handshakes::connection_id>& ids, const char* label,
                            std::string_view reason) {
  for (const auto id : ids)
    if (const auto found = connections_.find(id); found != connections_.end())
      found->second->cut(label, reason);
}

} // namespace ariadne
