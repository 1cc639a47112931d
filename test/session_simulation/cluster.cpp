#include "test/session_simulation/cluster.hpp"

#include "crdt/wire.hpp"
#include "session/epoch_reserve.hpp"
#include "session/session_wire.hpp"
#include "test/session_simulation/describe.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <type_traits>

namespace ariadne::session_simulation {

using namespace ariadne::session;

namespace {

constexpr std::uint64_t ms = 1'000;
constexpr std::uint64_t tick_us_max = 20 * ms;
constexpr std::uint64_t local_delay_us_max = 500;
constexpr std::uint64_t stop_us_max = 3 * ms;
/// How long it takes from one step of a host's work to the next, whatever else it has to do.
constexpr std::uint64_t step_us_max = 300;
/// How soon the others notice that a process has died, and that a host has gone silent.
constexpr std::uint64_t crash_noticed_us_max = 20 * ms;
constexpr std::uint64_t silence_noticed_us_min = 300 * ms;
constexpr std::uint64_t silence_noticed_us_max = 700 * ms;
/// A process that was not run for so long knows it.
constexpr std::uint64_t pause_noticed_us = 300 * ms;
/// How long after a partition or a freeze two may run on one side: it has to be noticed, and all have to tell each
/// other.
constexpr std::uint64_t settled_us = silence_noticed_us_max + 2'500 * ms;
constexpr std::uint64_t request_ms = 5'000;
/// The newest version of the simulated program.
constexpr std::uint32_t version_max = 3;

/// What a message of this number says. No two of them look alike, in any part.
std::string text_of(std::uint64_t number) {
  const auto word = std::to_string(number) + ' ';
  std::string text;
  for (auto left = 1 + crdt::mix(number) % 8; left > 0; --left)
    text += word;
  return text;
}

std::string name(const session_key& key) {
  return key.kind + "/" + key.id;
}

/// Whether a request has waited in vain, for whatever reason it was told.
bool is_in_the_way(outcome result) {
  switch (result) {
    case outcome::timed_out:
    case outcome::hosts_draining:
    case outcome::hosts_cordoned:
    case outcome::hosts_paused:
    case outcome::hosts_not_ready:
    case outcome::claim_refused:
    case outcome::failing:
    case outcome::not_recorded:
      return true;
    default:
      return false;
  }
}

/// Whether a start was refused since no host takes it, as things are.
bool has_nowhere_to_go(outcome result) {
  return result == outcome::hosts_draining || result == outcome::hosts_cordoned;
}

} // namespace

// -- what a session keeps --------------------------------------------------------------------------------------------

std::string handled_messages::encode() const {
  crdt::wire_writer out;
  for (const auto& [origin, number] : messages) {
    out.varint(origin);
    out.varint(number);
  }
  return out.take();
}

handled_messages handled_messages::decode(const std::string& bytes) {
  handled_messages result;
  crdt::wire_reader in{bytes};
  while (in.remaining() > 0) {
    const auto origin = in.varint();
    result.messages.emplace_back(origin, in.varint());
  }
  return result;
}

// -- time ------------------------------------------------------------------------------------------------------------

cluster::cluster(const scenario& s)
  : scenario_(s), random_(s.seed ^ 0x5e5510), disk_random_(s.seed ^ 0xd15c), side_(s.nodes, 0), records_(s.nodes) {
  for (std::size_t n = 0; n < s.nodes; ++n) {
    auto& added = nodes_.emplace_back();
    added.name = std::string(1, static_cast<char>('a' + n));
    added.connection.resize(s.nodes);
    added.link.resize(s.nodes);
    added.session_frame_us.resize(s.nodes);
    added.map_frame_us.resize(s.nodes);
    added.rate_permille = static_cast<std::int64_t>(random_.below(2 * s.rate_permille_max + 1))
                          - static_cast<std::int64_t>(s.rate_permille_max);
    added.offset_ms = random_.below(1'000'000);
    if (s.disks)
      added.disk = std::make_unique<simulation::node_disk>(s.seed * s.nodes + n, s.disks_synced);
  }
}

void cluster::at(std::uint64_t time_us, action what) {
  agenda_.emplace(time_us, std::move(what));
}

void cluster::at_node(std::size_t n, std::uint64_t time_us, std::function<void(process&)> what) {
  const auto incarnation = nodes_[n].up->incarnation;
  action guarded = [this, n, incarnation, what = std::move(what)] {
    auto& node = nodes_[n];
    if (node.up && node.up->incarnation == incarnation)
      what(*node.up);
  };
  at(time_us, [this, n, guarded = std::move(guarded)] {
    if (nodes_[n].is_frozen)
      nodes_[n].missed.push_back(guarded);
    else
      guarded();
  });
}

std::uint64_t cluster::in_order(std::uint64_t& last_us, std::uint64_t delay_us_max) {
  last_us = std::max(last_us, now_us_ + random_.below(delay_us_max));
  return last_us;
}

void cluster::run_until(std::uint64_t time_us) {
  while (!agenda_.empty() && agenda_.begin()->first <= time_us) {
    auto next = agenda_.extract(agenda_.begin());
    now_us_ = next.key();
    ++steps_;
    next.mapped()();
  }
  now_us_ = time_us;
}

std::uint64_t cluster::host_ms(std::size_t n) const {
  const auto& node = nodes_[n];
  const auto rate = static_cast<std::uint64_t>(1'000 + node.rate_permille);
  return node.offset_ms + now_us_ * rate / 1'000 / ms;
}

std::uint64_t cluster::wall_ms() const {
  return 1'700'000'000'000 + now_us_ / ms;
}

// -- nodes -----------------------------------------------------------------------------------------------------------

void cluster::open_replica(std::size_t n, process& p) {
  crdt::replica_options options;
  // The order of incarnations is not that of their starts.
  options.id = {crdt::mix(++last_incarnation_)};
  options.cluster = "simulated";
  options.node = nodes_[n].name;
  p.replica.emplace(options);
  auto& disk = nodes_[n].disk;
  if (!disk)
    return;
  const auto before = disk->promised();
  disk->start(*p.replica, wall_ms());
  note_losses(n, before);
  std::vector<std::string> others;
  for (const auto& other : nodes_)
    if (other.name != nodes_[n].name)
      others.push_back(other.name);
  const cold_start::clock::time_point until{std::chrono::microseconds{now_us_ + scenario_.cold_start_ms * ms}};
  p.cold = {others, true, disk->promised(), false, until};
}

void cluster::start(std::size_t n) {
  auto& node = nodes_[n];
  came_or_went_us_ = now_us_;
  node.up = std::make_unique<process>(crdt::mix(++last_incarnation_));
  auto& p = *node.up;
  p.version = node.version;
  p.started_us = now_us_;
  open_replica(n, p);
  session_host_options options;
  options.self = {node.name, p.incarnation};
  options.kinds["game"] = {p.version, false};
  options.kinds["merge"] = {p.version, true};
  options.minority = scenario_.minority;
  // The next change begins when the last one has come to all.
  if (scenario_.voters_change
      && std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& other) { return other.changes >= node.changes; }))
    ++node.changes;
  options.configured_nodes = voters_of(n);
  options.lease = scenario_.lease;
  options.rebalance_max = scenario_.rebalance_max;
  options.drain_max = scenario_.drain_max;
  options.step_sessions_max = scenario_.step_sessions_max;
  if (scenario_.disks) {
    // With "pause", nothing is to depend on it.
    options.unmet_epoch_gap = scenario_.minority == minority_policy::run ? 65'536 : 0;
    options.durable_records = true;
  }
  options.pieces = scenario_.pieces;
  options.pieces.takes_pieces = p.version >= scenario_.pieces_version;
  p.host.emplace(std::move(options), host_ms(n));
  if (node.is_cordoned)
    p.host->set_cordoned(true, host_ms(n));
  tell("start " + node.name + " at version " + std::to_string(p.version));
  at_node(n, now_us_ + random_.below(tick_us_max), [this, n](process& up) { tick(n, up); });
  if (node.disk) {
    at_node(n, now_us_ + random_.below(tick_us_max), [this, n](process& up) { commit(n, up); });
    tell_host_of_all(n, p);
  }
}

void cluster::commit(std::size_t n, process& p) {
  auto& disk = *nodes_[n].disk;
  trouble_disk(n);
  const auto has_ended = disk.commit(*p.replica, 1 + random_.below(20), wall_ms());
  records_.kept(n, disk.promised());
  if (has_ended) {
    // It comes when it comes: not always one at a time.
    is_all_lost_ = is_all_lost_ || now_us_ <= crashed_us_ + 1'000 * ms;
    crashed_us_ = now_us_;
    return kill(n, false);
  }
  // Whoever has on its disk what too few others have yet comes back late.
  const auto is_alone = std::any_of(p.held.begin(), p.held.end(), [&](const held_write& held) {
    return held.key && held.durable && disk.promised().covers(held.dot);
  });
  if (scenario_.blackouts && is_alone && random_.chance(10))
    at(now_us_, [this, n] { black_out(n); });
  after_replica(n, p);
  at_node(n, now_us_ + 1 + random_.below(scenario_.commit_ms_max * ms), [this, n](process& up) { commit(n, up); });
}

void cluster::trouble_disk(std::size_t n) {
  if (!scenario_.disk_faults || n != scenario_.faulty_disk || is_ending_ || disk_losses_ > 0 || !disk_random_.chance(5))
    return;
  const auto ends_process = now_us_ > crashed_us_ + 1'000 * ms && disk_random_.chance(30);
  tell("the disk of " + nodes_[n].name + (ends_process ? " ends its process soon" : " fails soon"));
  nodes_[n].disk->fail_soon(ends_process);
}

void cluster::note_losses(std::size_t n, const crdt::version_vector& before) {
  const auto& now = nodes_[n].disk->promised();
  if (now.covers(before))
    return;
  tell("the disk of " + nodes_[n].name + " has lost what it had");
  ++disk_losses_;
  is_all_lost_ = true;
  records_.lost_all_but(n, now);
}

bool cluster::may_start_sessions(std::size_t n, process& p) const {
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (const auto open = nodes_[n].link[peer]; open != 0 && p.replica->caught_up(crdt::link_id{open}))
      p.cold.met(nodes_[peer].name);
  p.cold.settle(cold_start::clock::time_point{std::chrono::microseconds{now_us_}});
  return p.cold.may_start_sessions();
}

std::set<std::string> cluster::voters_of(std::size_t n) const {
  std::set<std::string> result;
  for (const auto& other : nodes_)
    result.insert(other.name);
  if (nodes_[n].changes % 2 == 1)
    result.insert("spare");
  return result;
}

void cluster::tick(std::size_t n, process& p) {
  p.replica->tick(wall_ms());
  after_replica(n, p);
  if (!p.is_caught_up && may_start_sessions(n, p)) {
    auto has_met_all = true;
    for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
      if (peer != n && nodes_[peer].up && is_reachable(n, peer) && nodes_[n].connection[peer] == 0)
        has_met_all = false;
    if (p.replica->caught_up() && (has_met_all || now_us_ > p.started_us + 1'000 * ms)
        && now_us_ > p.started_us + 50 * ms) {
      p.is_caught_up = true;
      p.host->caught_up(host_ms(n));
    }
  }
  p.host->tick(host_ms(n));
  after_host(n, p);
  if (p.has_drained && p.replica->is_acknowledged()) {
    tell(nodes_[n].name + " has drained");
    return kill(n, true);
  }
  if (p.is_draining && now_us_ > p.drain_began_us + 8'000 * ms + drain_us_max()) {
    if (scenario_.is_gentle())
      fail("a drain comes to an end", nodes_[n].name + " has been draining for too long");
    return kill(n, false);
  }
  at_node(n, now_us_ + 1 + random_.below(tick_us_max), [this, n](process& up) { tick(n, up); });
}

void cluster::kill(std::size_t n, bool gracefully) {
  auto& node = nodes_[n];
  if (gracefully && node.disk)
    node.disk->commit_all(*node.up->replica, wall_ms());
  tell((gracefully ? "stop " : "kill ") + node.name);
  if (std::none_of(nodes_.begin(), nodes_.end(), [&](const auto& other) {
        return &other != &node && other.up && other.up->is_caught_up && !other.is_frozen;
      }))
    is_all_lost_ = is_all_lost_ || !node.disk || scenario_.minority == minority_policy::run;
  came_or_went_us_ = now_us_;
  node.up.reset();
  if (node.disk) {
    records_.kept(n, node.disk->promised());
    node.disk->crash(true);
    if (scenario_.disk_faults && n == scenario_.faulty_disk && !gracefully && disk_losses_ == 0
        && disk_random_.chance(10))
      node.disk->suffer(simulation::node_disk::trouble::flipped_bit);
  }
  node.missed.clear();
  node.is_frozen = false;
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer) {
    const auto connection = std::exchange(node.connection[peer], 0);
    node.link[peer] = 0;
    if (connection == 0 || !nodes_[peer].up)
      continue;
    // What was sent before a graceful stop arrives.
    const auto noticed_us = gracefully
                              ? std::max(in_order(nodes_[peer].session_frame_us[n], scenario_.network_ms_max * ms),
                                         in_order(nodes_[peer].map_frame_us[n], scenario_.map_ms_max * ms))
                              : now_us_ + random_.below(crash_noticed_us_max);
    at_node(peer, noticed_us, [=, this](process&) {
      if (nodes_[peer].connection[n] == connection && is_reachable(n, peer))
        disconnect(peer, n);
    });
  }
  come_back(n, random_.between(50 * ms, 1'500 * ms));
}

void cluster::come_back(std::size_t n, std::uint64_t in_us) {
  const auto starts_us = now_us_ + in_us;
  nodes_[n].starts_us = starts_us;
  at(starts_us, [this, n, starts_us] {
    if (!nodes_[n].up && nodes_[n].starts_us == starts_us)
      start(n);
  });
}

void cluster::black_out(std::optional<std::size_t> late) {
  if (is_ending_ || now_us_ <= crashed_us_ + 1'000 * ms)
    return;
  tell("all nodes end");
  crashed_us_ = now_us_;
  note_disturbance();
  if (!late && random_.chance(50))
    late = random_.below(nodes_.size());
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (nodes_[n].up)
      kill(n, false);
    if (scenario_.disks_synced)
      nodes_[n].disk->crash(false);
    if (n == late)
      come_back(n, random_.between(1'500 * ms, 10'000 * ms));
  }
}

void cluster::crash(std::size_t n) {
  // One at a time.
  if (now_us_ <= crashed_us_ + 1'000 * ms)
    return;
  crashed_us_ = now_us_;
  if (scenario_.deploys && random_.chance(50))
    nodes_[n].version = std::min(nodes_[n].version + 1, version_max);
  kill(n, false);
}

void cluster::restart_map(std::size_t n) {
  auto& p = *nodes_[n].up;
  tell("the map of " + nodes_[n].name + " is lost");
  p.held.clear();
  p.has_lost_map = true;
  if (nodes_[n].disk)
    nodes_[n].disk->crash(true);
  open_replica(n, p);
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (nodes_[n].connection[peer] != 0 && nodes_[peer].connection[n] == nodes_[n].connection[peer]) {
      nodes_[peer].up->replica->close(crdt::link_id{nodes_[peer].link[n]}, wall_ms());
      link(n, peer);
    }
  // What is on its way from the old map to the host is lost as well.
  const auto replica = p.replica->id();
  at_node(n, in_order(p.replica_to_host_us, local_delay_us_max), [this, n, replica](process& up) {
    if (up.replica->id() != replica)
      return;
    up.host->map_restarted(host_ms(n));
    after_host(n, up);
  });
  if (nodes_[n].disk)
    tell_host_of_all(n, p);
}

void cluster::freeze(std::size_t n) {
  tell("freeze " + nodes_[n].name);
  nodes_[n].is_frozen = true;
  nodes_[n].frozen_us = now_us_;
  note_disturbance();
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer) {
    const auto connection = nodes_[n].connection[peer];
    if (peer != n && connection != 0 && nodes_[peer].up)
      at_node(peer, now_us_ + random_.between(silence_noticed_us_min, silence_noticed_us_max), [=, this](process&) {
        if (nodes_[n].is_frozen && nodes_[peer].connection[n] == connection)
          disconnect(peer, n);
      });
  }
}

void cluster::thaw(std::size_t n) {
  auto& node = nodes_[n];
  if (!node.is_frozen)
    return;
  tell("thaw " + node.name);
  node.is_frozen = false;
  node.thawed_us = now_us_;
  note_disturbance();
  // A host looks at its clocks before anything else.
  if (node.up && now_us_ >= node.frozen_us + pause_noticed_us) {
    node.up->host->was_not_run(0, host_ms(n));
    after_host(n, *node.up);
  }
  for (auto& missed : std::exchange(node.missed, {}))
    missed();
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (node.up && node.connection[peer] != 0 && nodes_[peer].connection[n] != node.connection[peer])
      disconnect(n, peer);
}

void cluster::look_after_connections() {
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = a + 1; b < nodes_.size(); ++b) {
      auto& one = nodes_[a];
      auto& other = nodes_[b];
      if (!one.up || !other.up || one.is_frozen || other.is_frozen)
        continue;
      if (one.connection[b] != other.connection[a] && is_reachable(a, b)) {
        if (one.connection[b] != 0)
          disconnect(a, b);
        if (other.connection[a] != 0)
          disconnect(b, a);
      }
      if (one.connection[b] == 0 && other.connection[a] == 0 && is_reachable(a, b) && random_.chance(50))
        connect(a, b);
    }
  at(now_us_ + random_.between(5 * ms, 50 * ms), [this] { look_after_connections(); });
}

void cluster::connect(std::size_t a, std::size_t b) {
  const auto connection = ++last_connection_;
  tell("connect " + nodes_[a].name + nodes_[b].name);
  for (const auto& [n, peer] : {std::pair{a, b}, std::pair{b, a}}) {
    nodes_[n].connection[peer] = connection;
    nodes_[n].session_frame_us[peer] = nodes_[n].map_frame_us[peer] = now_us_;
  }
  link(a, b);
  for (const auto& [n, peer] : {std::pair{a, b}, std::pair{b, a}}) {
    auto& p = *nodes_[n].up;
    p.host->peer_up({nodes_[peer].name, nodes_[peer].up->incarnation}, host_ms(n));
    after_host(n, p);
  }
}

void cluster::link(std::size_t a, std::size_t b) {
  nodes_[a].link[b] = nodes_[b].link[a] = ++last_connection_;
  for (const auto& [n, peer] : {std::pair{a, b}, std::pair{b, a}}) {
    auto& p = *nodes_[n].up;
    p.replica->open(crdt::link_id{nodes_[n].link[peer]}, true, wall_ms());
    after_replica(n, p);
  }
}

void cluster::disconnect(std::size_t n, std::size_t peer) {
  auto& node = nodes_[n];
  auto& p = *node.up;
  tell(node.name + " loses " + nodes_[peer].name);
  node.connection[peer] = 0;
  p.replica->close(crdt::link_id{std::exchange(node.link[peer], 0)}, wall_ms());
  after_replica(n, p);
  // Of several incarnations of a node only the last one is known.
  for (const auto& host : p.host->peers())
    if (host.node == nodes_[peer].name)
      p.host->peer_down(host, host_ms(n));
  after_host(n, p);
}

// -- what comes out --------------------------------------------------------------------------------------------------

void cluster::send(std::size_t from, std::size_t to, std::uint64_t connection, std::string bytes,
                   bool is_session_frame) {
  if (connection == 0 || !nodes_[to].up)
    return;
  const auto arrives = is_session_frame ? in_order(nodes_[to].session_frame_us[from], scenario_.network_ms_max * ms)
                                        : in_order(nodes_[to].map_frame_us[from], scenario_.map_ms_max * ms);
  at_node(to, arrives, [this, from, to, connection, is_session_frame, bytes = std::move(bytes)](process& p) {
    const auto open = is_session_frame ? nodes_[to].connection[from] : nodes_[to].link[from];
    if (open != connection || broken_.contains(nodes_[to].connection[from]))
      return;
    if (is_session_frame) {
      const auto hosts = p.host->peers();
      const auto sender =
        std::find_if(hosts.begin(), hosts.end(), [&](const host_id& host) { return host.node == nodes_[from].name; });
      if (trace_ && type_of(bytes) == frame_type::piece)
        tell(nodes_[to].name + " gets a piece of " + std::to_string(decode_piece(bytes)->number) + " from "
             + nodes_[from].name);
      else if (trace_ && type_of(bytes) == frame_type::messages)
        decode_frame(bytes, [&](peer_message&& m) {
          tell(nodes_[to].name + " hears from " + nodes_[from].name + ": " + describe(m));
        });
      if (const auto failure = p.host->receive(*sender, bytes, host_ms(to)); !failure.empty())
        fail("hosts understand each other", std::string{failure});
      after_host(to, p);
    } else {
      if (const auto refused = p.replica->receive(crdt::link_id{connection}, bytes, wall_ms()))
        fail("replicas understand each other", refused->reason);
      after_replica(to, p);
    }
  });
}

void cluster::after_replica(std::size_t n, process& p) {
  while (p.replica->has_work())
    p.replica->work(wall_ms());
  p.replica->check_invariants();
  std::set<crdt::replica_id> members;
  auto& node = nodes_[n];
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (node.connection[peer] != 0 && nodes_[peer].up)
      members.insert(nodes_[peer].up->replica->id());
  p.replica->set_members(members);
  for (auto& frame : p.replica->take_frames())
    for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
      if (node.link[peer] == frame.link.value)
        send(n, peer, frame.link.value, std::move(frame.bytes), false);
  std::set<std::string> changed;
  for (auto& change : p.replica->take_changes())
    changed.insert(std::move(change.key));
  const auto replica = p.replica->id();
  for (const auto& map_key : changed)
    tell_host(n, p, map_key);
  std::erase_if(p.held, [&](held_write& held) {
    held.result.is_held = is_held(p, held, voters_of(n).size(), !members.empty());
    if (!held.result.is_held && (held.ends_us == 0 || now_us_ < held.ends_us))
      return false;
    at_node(n, in_order(p.replica_to_host_us, local_delay_us_max),
            [this, n, replica, key = held.key, result = std::move(held.result)](process& up) {
              if (up.replica->id() != replica)
                return;
              if (key)
                up.host->write_done(*key, result, host_ms(n));
              else
                up.host->reservation_done(result, host_ms(n));
              after_host(n, up);
            });
    return true;
  });
}

void cluster::tell_host(std::size_t n, process& p, const std::string& map_key) {
  const auto key = session_key_from(map_key);
  const auto node = reserving_node(map_key);
  if (!key && !node)
    return;
  auto entries = live_entries(*p.replica, map_key, wall_ms());
  if (key)
    check_outranked(*key, entries);
  const auto replica = p.replica->id();
  at_node(n, in_order(p.replica_to_host_us, local_delay_us_max),
          [this, n, replica, key, node, entries = std::move(entries)](process& up) {
            if (up.replica->id() != replica)
              return;
            if (key)
              up.host->record_changed(*key, entries, host_ms(n));
            else
              up.host->reservation_changed(*node, entries, host_ms(n));
            after_host(n, up);
          });
}

void cluster::tell_host_of_all(std::size_t n, process& p) {
  std::vector<std::string> restored;
  p.replica->map().for_each([&](const auto& r) { restored.emplace_back(r.key()); });
  // The map has no order.
  std::sort(restored.begin(), restored.end());
  for (const auto& map_key : restored)
    tell_host(n, p, map_key);
}

bool cluster::is_held(const process& p, const held_write& held, std::size_t voters, bool has_members) const {
  const auto is_kept_by = [&](crdt::replica_id replica) {
    return p.replica->durable_at(replica, held.dot.replica).value_or(0) >= held.dot.counter;
  };
  const auto holders = p.replica->holders(held.dot);
  const auto others = static_cast<std::size_t>(std::count_if(
    holders.begin(), holders.end(), [&](crdt::replica_id id) { return !held.durable || is_kept_by(id); }));
  const auto is_here = !held.durable || is_kept_by(p.replica->id());
  switch (held.holders) {
    case record_holders::any:
      return is_here;
    case record_holders::another:
      return others > 0 || (!has_members && is_here);
    case record_holders::majority:
      return 2 * (others + (is_here ? 1 : 0)) > voters;
  }
  return false;
}

void cluster::after_host(std::size_t n, process& p) {
  if (const auto broken = p.host->check_invariants(); !broken.empty())
    fail("a host keeps its invariants", nodes_[n].name + ": " + std::string{broken});
  for (auto& c : p.host->take_commands())
    std::visit([&](auto&& what) { carry_out(n, p, std::move(what)); }, std::move(c));
  if (p.host->has_work() && !std::exchange(p.is_work_scheduled, true))
    at_node(n, now_us_ + random_.below(step_us_max), [this, n](process& up) {
      up.is_work_scheduled = false;
      up.host->work(host_ms(n));
      after_host(n, up);
    });
}

void cluster::at_replica(std::size_t n, process& p, std::function<void(process&)> what) {
  at_node(n, in_order(p.host_to_replica_us, local_delay_us_max),
          [replica = p.replica->id(), what = std::move(what)](process& up) {
            if (up.replica->id() == replica)
              what(up);
          });
}

void cluster::carry_out(std::size_t n, process& p, write_record&& write) {
  at_replica(n, p, [this, n, w = std::move(write)](process& up) { apply_write(n, up, w); });
}

void cluster::carry_out(std::size_t n, process& p, write_reservation&& write) {
  at_replica(n, p, [this, n, w = std::move(write)](process& up) { apply_reservation(n, up, w); });
}

void cluster::carry_out(std::size_t n, process&, send_frame&& frame) {
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (nodes_[peer].name == frame.to.node)
      send(n, peer, nodes_[n].connection[peer], std::move(frame.bytes), true);
}

void cluster::carry_out(std::size_t n, process& p, start_session&& start) {
  at_node(n, in_order(p.host_to_session_us, local_delay_us_max),
          [this, n, c = std::move(start)](process& up) { apply_start(n, up, c); });
}

void cluster::carry_out(std::size_t n, process& p, stop_session&& stop) {
  at_node(n, in_order(p.host_to_session_us, stop_us_max),
          [this, n, c = std::move(stop)](process& up) { apply_stop(n, up, c); });
}

void cluster::carry_out(std::size_t n, process& p, hand_message&& message) {
  if (message.origin.incarnation == p.incarnation && requests_.at(message.number).is_withdrawn)
    fail("what nobody waits for any more is not begun", "d" + std::to_string(message.number));
  at_node(n, in_order(p.host_to_session_us, local_delay_us_max),
          [this, n, c = std::move(message)](process& up) { apply_message(n, up, c); });
}

void cluster::carry_out(std::size_t n, process& p, resolve_conflict&& resolve) {
  auto merged = handled_messages::decode(resolve.winner.bytes);
  for (const auto& m : handled_messages::decode(resolve.loser.bytes).messages)
    if (std::find(merged.messages.begin(), merged.messages.end(), m) == merged.messages.end())
      merged.messages.push_back(m);
  snapshot state = resolve.winner;
  state.bytes = merged.encode();
  at_node(n, in_order(p.session_to_host_us, local_delay_us_max),
          [this, n, key = resolve.key, run = resolve.run, state = std::move(state)](process& up) {
            up.host->resolved(key, run, state, host_ms(n));
            after_host(n, up);
          });
}

void cluster::carry_out(std::size_t n, process& p, answer_request&& answer) {
  auto& r = requests_.at(answer.request);
  if (r.is_withdrawn)
    return;
  if (std::exchange(r.is_answered, true))
    fail("a request is answered once", "request " + std::to_string(answer.request));
  r.result = answer.result;
  if (r.what == 'd' && r.result == outcome::done && answer.payload != text_of(answer.request))
    fail("an answer arrives as it was sent", "d" + std::to_string(answer.request) + " as " + answer.payload);
  r.answered_us = now_us_;
  if (r.what == 's' && r.result == outcome::done)
    acknowledged_.insert(r.key);
  tell(nodes_[n].name + " answers " + r.what + std::to_string(answer.request) + " " + name(r.key) + ": "
       + std::string{to_string(answer.result)});
  judge_graceful(n, p, answer.request);
}

void cluster::judge_graceful(std::size_t n, const process& p, std::uint64_t request) {
  if (!scenario_.is_gentle())
    return;
  const auto& r = requests_.at(request);
  // Nobody who is up may ever serve a session that has been stranded; but a start says so in any case.
  const auto is_late = is_in_the_way(r.result) || (r.what == 'd' && r.result == outcome::no_host);
  const auto is_failure =
    is_late || r.result == outcome::unanswered || r.result == outcome::queue_full || r.result == outcome::elsewhere;
  const auto is_excused = r.what == 'l' || p.is_draining || (is_late && stranded_.contains(r.key))
                          || (r.what == 's' && has_nowhere_to_go(r.result)) || has_waited_in_vain(r, n);
  if (is_failure && !is_excused)
    fail("nobody notices a graceful stop", std::string{r.what} + std::to_string(request) + " on " + nodes_[n].name
                                             + ": " + std::string{to_string(r.result)});
  const auto is_message = r.what == 'd' && r.result == outcome::done;
  const auto waited_us = r.answered_us - std::max(r.asked_us, is_message ? first_run_us_.at(r.key) : 0);
  if (is_message && !p.is_draining && !stranded_.contains(r.key) && wait_us_max() > 0 && waited_us > wait_us_max())
    fail("a graceful stop keeps nobody waiting",
         "d" + std::to_string(request) + " on " + nodes_[n].name + ": " + std::to_string(waited_us / ms) + " ms");
}

void cluster::carry_out(std::size_t n, process& p, host_event&& event) {
  static constexpr const char* names[] = {"runs",   "moved",   "stranded", "lost",   "ended",
                                          "paused", "resumed", "drained",  "differs"};
  tell(nodes_[n].name + ": " + (event.key.id.empty() ? "" : name(event.key) + " ") + names[static_cast<int>(event.what)]
       + " " + event.other.node);
  if (event.what == host_event::type::drained)
    p.has_drained = true;
  if (event.what == host_event::type::stranded)
    stranded_.insert(event.key);
  if (event.what == host_event::type::lost && scenario_.is_gentle())
    fail("without a partition no session runs twice", name(event.key));
  if (event.what == host_event::type::voters_differ)
    fail("lists of voters that differ by one name are gone along with", nodes_[n].name);
}

void cluster::apply_write(std::size_t n, process& p, const write_record& w) {
  const auto map_key = to_map_key(w.key);
  const auto before = live_entries(*p.replica, map_key, wall_ms());
  const auto written = decode_record(w.value).record;
  if (scenario_.disks && scenario_.minority == minority_policy::pause && written->phase == session_phase::running
      && written->revision == 1)
    records_.check_takeover(w.key, *written);
  auto result = fenced_write(*p.replica, map_key, w.value, w.expected, wall_ms(),
                             w.lifetime_ms == 0 ? 0 : wall_ms() + w.lifetime_ms);
  if (!result)
    fail("the map takes what hosts write", std::string{crdt::to_string(result.error())});
  if (result->written && before.empty() && written->phase == session_phase::running && is_to_be_kept(w.key))
    fail("a session that was started is not lost", name(w.key) + " is started anew by " + nodes_[n].name);
  if (result->written) {
    // Who has lost his map writes his last record once more, and may find it there again.
    for (const auto& entry : before)
      if (const auto old = decode_record(entry.value.view()).record;
          old->rank() >= written->rank() && !(*old == *written && p.has_lost_map))
        fail("no record is superseded by a lesser one",
             nodes_[n].name + " writes epoch " + std::to_string(written->epoch) + " of " + name(w.key));
    tell(nodes_[n].name + " writes " + name(w.key) + " epoch " + std::to_string(written->epoch) + "."
         + std::to_string(written->revision) + " phase " + std::to_string(static_cast<int>(written->phase)) + " "
         + written->target.node);
    records_.wrote(w.key, result->entries.front().dot, *written);
  }
  if (result->written && (w.holders != record_holders::any || w.durable))
    p.held.push_back({w.key, result->entries.front().dot, std::move(*result), w.holders, w.durable,
                      w.hold_timeout_ms == 0 ? 0 : now_us_ + w.hold_timeout_ms * ms});
  else
    at_node(n, in_order(p.replica_to_host_us, local_delay_us_max),
            [this, n, replica = p.replica->id(), key = w.key, done = std::move(*result)](process& up) {
              if (up.replica->id() != replica)
                return;
              up.host->write_done(key, done, host_ms(n));
              after_host(n, up);
            });
  after_replica(n, p);
}

void cluster::apply_reservation(std::size_t n, process& p, const write_reservation& w) {
  auto result = fenced_write(*p.replica, w.map_key, w.value, w.expected, wall_ms(), 0);
  if (!result)
    fail("the map takes what hosts write", std::string{crdt::to_string(result.error())});
  if (const auto reserved = decode_reservation(w.value); result->written)
    tell(nodes_[n].name + " reserves epochs from " + std::to_string(reserved->floor) + " to "
         + std::to_string(reserved->ceiling));
  const auto dot = result->written ? result->entries.front().dot : crdt::dot{};
  // What has not been written is answered at once.
  p.held.push_back(
    {std::nullopt, dot, std::move(*result), record_holders::any, result->written, now_us_ + w.hold_timeout_ms * ms});
  after_replica(n, p);
}

void cluster::apply_start(std::size_t n, process& p, const start_session& c) {
  if (c.state.schema_version > p.version)
    fail("no state is started by an older program", name(c.key) + " on " + nodes_[n].name);
  auto& epoch = p.epochs[c.key];
  if (c.epoch < epoch)
    fail("epochs never go back", name(c.key) + " on " + nodes_[n].name);
  epoch = c.epoch;
  if (scenario_.disks && scenario_.minority == minority_policy::pause)
    records_.started(c.key, c.epoch, {nodes_[n].name, p.incarnation});
  auto& started = p.running[c.key];
  if (started.run != run_id{})
    fail("a session runs once on a node", name(c.key) + " on " + nodes_[n].name);
  started = {c.run, c.epoch, p.version, handled_messages::decode(c.state.bytes)};
  const auto is_new = first_run_us_.try_emplace(c.key, now_us_).second;
  // Those who wait for it are told that it runs.
  if (is_new && scenario_.crashes && !is_ending_ && random_.chance(10))
    at_node(n, now_us_ + random_.below(tick_us_max), [this, n](process&) { crash(n); });
  // Who has just begun is who has said least of it.
  if (scenario_.blackouts && !is_ending_ && now_us_ > crashed_us_ + 1'000 * ms && random_.chance(15))
    at(now_us_ + random_.below(2 * tick_us_max), [this] { black_out({}); });
  check_running(c.key);
}

void cluster::apply_stop(std::size_t n, process& p, const stop_session& c) {
  const auto found = p.running.find(c.key);
  // It may have failed in the meantime.
  if (found == p.running.end() || found->second.run != c.run)
    return;
  snapshot state{"state", found->second.schema_version, found->second.state.encode()};
  p.running.erase(found);
  at_node(n, in_order(p.session_to_host_us, local_delay_us_max),
          [this, n, key = c.key, run = c.run, state = std::move(state)](process& up) {
            up.host->session_stopped(key, run, state, host_ms(n));
            after_host(n, up);
          });
}

void cluster::apply_message(std::size_t n, process& p, const hand_message& c) {
  const auto found = p.running.find(c.key);
  const auto is_running = found != p.running.end() && found->second.run == c.run;
  if (c.payload != text_of(c.number))
    fail("a message arrives as it was sent", "d" + std::to_string(c.number) + " as " + c.payload);
  if (is_running) {
    auto& messages = found->second.state.messages;
    const std::pair message{c.origin.incarnation, c.number};
    for (const auto& [origin, number] : messages) {
      if (origin == message.first && number == message.second)
        fail("a message is handled once", "d" + std::to_string(c.number) + " by " + name(c.key));
      if (origin == message.first && number > message.second && c.key.kind == "game"
          && !requests_.at(message.second).is_answered)
        fail("messages of one host are handled in order", "d" + std::to_string(c.number) + " by " + name(c.key));
    }
    messages.push_back(message);
  }
  at_node(n, in_order(p.session_to_host_us, local_delay_us_max),
          [this, n, is_running, key = c.key, origin = c.origin, number = c.number](process& up) {
            up.host->handled(key, origin, number, is_running ? std::optional{text_of(number)} : std::nullopt,
                             host_ms(n));
            after_host(n, up);
          });
}

// -- trouble and work ------------------------------------------------------------------------------------------------

session_key cluster::key_of(std::uint64_t number) const {
  return {number % 3 == 0 ? "merge" : "game", std::to_string(number)};
}

std::optional<std::size_t> cluster::some_node() {
  const auto n = random_.below(nodes_.size());
  if (!nodes_[n].up || nodes_[n].is_frozen || nodes_[n].up->is_draining)
    return std::nullopt;
  return n;
}

void cluster::next_request() {
  if (const auto n = some_node()) {
    // Sessions are started all along.
    const auto age_ms = std::min(now_us_ / ms, scenario_.duration_ms);
    const auto key = key_of(random_.below(1 + (scenario_.sessions - 1) * age_ms / scenario_.duration_ms));
    auto what = random_.pick({'s', 'd', 'd', 'd', 'd', 'd', 'd', 'l'});
    if (scenario_.stops && random_.chance(2))
      what = 'e';
    if (what == 's' && stopped_.contains(key))
      what = 'l';
    if (what == 'e')
      stopped_.insert(key);
    ask(*n, what, key);
  }
  if (!is_ending_)
    at(now_us_ + random_.below(40 * ms), [this] { next_request(); });
}

void cluster::ask(std::size_t n, char what, const session_key& key) {
  auto& p = *nodes_[n].up;
  const auto number = ++last_request_;
  const auto now = host_ms(n);
  requests_[number] = {n, p.incarnation, what, key, now_us_, 0, false, {}, false};
  tell(nodes_[n].name + " asks " + what + std::to_string(number) + " " + name(key));
  if (what == 's')
    p.host->start(number, key, {"state", p.version, {}}, now + request_ms, now);
  else if (what == 'd')
    p.host->deliver(number, key, text_of(number), now + request_ms, now);
  else if (what == 'l')
    p.host->locate(number, key, now + request_ms, now);
  else
    p.host->stop(number, key, now + request_ms, now);
  after_host(n, p);
  if (random_.chance(5))
    at_node(n, now_us_ + random_.below(300 * ms), [this, n, number](process& up) { end_client(n, up, number); });
  // More than one of a host are on the way to a session at a time.
  if (what == 'd' && !is_ending_ && random_.chance(scenario_.talk_percent))
    at_node(n, now_us_ + random_.below(scenario_.network_ms_max * ms), [this, n, key](process& up) {
      if (!up.is_draining)
        ask(n, 'd', key);
    });
}

void cluster::end_client(std::size_t n, process& p, std::uint64_t number) {
  auto& r = requests_.at(number);
  if (std::exchange(r.is_answered, true))
    return;
  r.is_withdrawn = true;
  r.result = outcome::unanswered;
  r.answered_us = now_us_;
  tell("the client of " + std::string{r.what} + std::to_string(number) + " on " + nodes_[n].name + " ends");
  p.host->withdraw(number, host_ms(n));
  after_host(n, p);
}

void cluster::next_session_event() {
  if (is_settling_)
    return;
  if (const auto n = some_node()) {
    auto& p = *nodes_[*n].up;
    if (!p.running.empty()) {
      const auto position = std::next(p.running.begin(), static_cast<std::ptrdiff_t>(random_.below(p.running.size())));
      const auto key = position->first;
      const auto run = position->second.run;
      if (scenario_.failures && !is_ending_ && random_.chance(2)) {
        tell(name(key) + " fails on " + nodes_[*n].name);
        p.running.erase(position);
        at_node(*n, in_order(p.session_to_host_us, local_delay_us_max), [this, n = *n, key, run](process& up) {
          up.host->session_ended(key, run, true, host_ms(n));
          after_host(n, up);
        });
      } else {
        snapshot state{"state", position->second.schema_version, position->second.state.encode()};
        at_node(*n, in_order(p.session_to_host_us, local_delay_us_max),
                [this, n = *n, key, run, state = std::move(state)](process& up) {
                  up.host->checkpoint(key, run, state, host_ms(n));
                  after_host(n, up);
                });
      }
    }
  }
  at(now_us_ + random_.below((is_ending_ ? 300 : 30) * ms), [this] { next_session_event(); });
}

void cluster::drain(std::size_t n) {
  auto& p = *nodes_[n].up;
  const auto others = std::count_if(nodes_.begin(), nodes_.end(), [](const node& other) {
    return other.up && !other.is_frozen && !other.up->is_draining;
  });
  if (p.is_draining || !p.is_caught_up || (scenario_.is_gentle() && others < 2))
    return;
  tell("drain " + nodes_[n].name);
  p.is_draining = true;
  p.drain_began_us = now_us_;
  if (scenario_.deploys)
    nodes_[n].version = std::min(nodes_[n].version + 1, version_max);
  p.host->drain(host_ms(n));
  after_host(n, p);
}

std::uint64_t cluster::drain_us_max() const {
  // A session that moves is gone after four messages one after the other: its record, the claim, the answer, and the
  // new owner's record. That takes so long as many times as sessions do not move at the same time.
  const auto rounds = (scenario_.sessions + scenario_.drain_max - 1) / scenario_.drain_max;
  return 3'500 * ms + rounds * (2 * (scenario_.network_ms_max + scenario_.map_ms_max) * ms + 2 * tick_us_max);
}

bool cluster::stops_take_the_majority() const {
  return scenario_.minority == minority_policy::pause
         && 2 * (nodes_.size() - 1) <= nodes_.size() + (scenario_.voters_change ? 1 : 0);
}

bool cluster::has_waited_in_vain(const request& r, std::size_t n) const {
  // The host has waited by its own clock, in whole milliseconds.
  const auto waited_ms =
    (r.answered_us - r.asked_us) * static_cast<std::uint64_t>(1'000 + nodes_[n].rate_permille) / 1'000 / ms;
  return stops_take_the_majority() && came_or_went_us_ >= r.asked_us
         && (is_in_the_way(r.result) || r.result == outcome::unanswered)
         && waited_ms + 1 >= session_host_options{}.message_wait_ms;
}

std::uint64_t cluster::wait_us_max() const {
  const auto pauses = scenario_.minority == minority_policy::pause;
  if (stops_take_the_majority())
    return 0;
  const auto move_us = 1'000 * ms + 2 * (scenario_.network_ms_max + scenario_.map_ms_max) * ms;
  return move_us + (pauses ? (scenario_.lease.lease_ms + scenario_.lease.guard_ms) * ms : 0);
}

void cluster::part() {
  for (auto& side : side_)
    side = random_.chance(40) ? 1 : 0;
  cut_.clear();
  if (random_.chance(50))
    std::fill(side_.begin(), side_.end(), 0);
  if (random_.chance(40))
    for (std::size_t a = 0; a < nodes_.size(); ++a)
      for (std::size_t b = a + 1; b < nodes_.size(); ++b)
        if (random_.chance(30))
          cut_.insert({a, b});
  note_disturbance();
  std::string sides;
  for (const auto side : side_)
    sides += std::to_string(side);
  for (const auto& [a, b] : cut_)
    sides += " " + nodes_[a].name + nodes_[b].name;
  tell("sides " + sides);
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = 0; b < nodes_.size(); ++b)
      if (const auto connection = nodes_[a].connection[b]; connection != 0 && !is_reachable(a, b) && nodes_[a].up) {
        broken_.insert(connection);
        at_node(a, now_us_ + random_.between(silence_noticed_us_min, silence_noticed_us_max), [=, this](process&) {
          if (nodes_[a].connection[b] == connection)
            disconnect(a, b);
        });
      }
}

bool cluster::can_ask_of(std::size_t a, std::size_t b) const {
  if (is_reachable(a, b))
    return true;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const auto& third = nodes_[n];
    // Who has just started has yet to see them both.
    if (third.up && !third.is_frozen && now_us_ > third.up->started_us + settled_us && is_reachable(a, n)
        && is_reachable(n, b))
      return true;
  }
  return false;
}

void cluster::next_trouble() {
  if (is_ending_)
    return;
  if (scenario_.blackouts && random_.chance(15))
    black_out({});
  const auto n = random_.below(nodes_.size());
  auto& node = nodes_[n];
  switch (random_.below(7)) {
    case 0:
      // In gentle scenarios one at a time, and only when the others are back.
      if (scenario_.drains && node.up && !node.is_frozen
          && (!scenario_.is_gentle() || std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& other) {
               return other.up && !other.up->is_draining && other.up->is_caught_up
                      && now_us_ > other.up->started_us + 4'000 * ms;
             })))
        drain(n);
      break;
    case 1:
      if (scenario_.cordons && node.up && !node.is_frozen && !scenario_.is_gentle()) {
        node.is_cordoned = !node.is_cordoned;
        node.up->host->set_cordoned(node.is_cordoned, host_ms(n));
        after_host(n, *node.up);
      }
      break;
    case 2:
      if (scenario_.crashes && node.up)
        crash(n);
      break;
    case 3:
    case 4:
      if (scenario_.partitions)
        part();
      break;
    case 5:
      if (scenario_.freezes && node.up && !node.is_frozen) {
        freeze(n);
        at(now_us_ + random_.between(10 * ms, 3'000 * ms), [this, n] { thaw(n); });
      }
      break;
    case 6:
      if (scenario_.map_restarts && node.up && !node.is_frozen && now_us_ > crashed_us_ + 1'000 * ms) {
        crashed_us_ = now_us_;
        restart_map(n);
      }
      break;
  }
  at(now_us_ + random_.between(scenario_.troubles_ms_min * ms, scenario_.troubles_ms_max * ms),
     [this] { next_trouble(); });
}

void cluster::heal() {
  tell("-- the end --");
  is_ending_ = true;
  std::fill(side_.begin(), side_.end(), 0);
  cut_.clear();
  note_disturbance();
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    auto& node = nodes_[n];
    thaw(n);
    node.version = version_max;
    node.is_cordoned = false;
    if (!node.up)
      start(n);
    else
      node.up->host->set_cordoned(false, host_ms(n));
  }
}

void cluster::play() {
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    start(n);
  look_after_connections();
  next_request();
  next_session_event();
  at(now_us_ + 3'000 * ms, [this] { next_trouble(); });
  run_until(now_us_ + 3'000 * ms + scenario_.duration_ms * ms);
  heal();
  // Those that drain go on with it. Then all come back with the newest version.
  run_until_drained(8'000 * ms + drain_us_max() + tick_us_max);
  run_until(now_us_ + 4'000 * ms);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    auto& node = nodes_[n];
    if (node.up && node.up->version != version_max && !node.up->is_draining)
      drain(n);
    run_until_drained(drain_us_max());
    if (node.up && node.up->is_draining)
      fail("a drain comes to an end",
           node.name + " has been draining for " + std::to_string(drain_us_max() / ms) + " ms");
    run_until(now_us_ + 4'000 * ms);
  }
  // All requests have been answered then, and all maps are equal.
  is_settling_ = true;
  run_until(now_us_ + request_ms * ms);
  check_end();
}

void cluster::run_until_drained(std::uint64_t time_us_max) {
  const auto ends_us = now_us_ + time_us_max;
  while (now_us_ < ends_us
         && std::any_of(nodes_.begin(), nodes_.end(), [](const node& n) { return n.up && n.up->is_draining; }))
    run_until(now_us_ + tick_us_max);
}

// -- checks ----------------------------------------------------------------------------------------------------------

void cluster::fail(const std::string& check, const std::string& found) const {
  throw violation{check, found + ", at " + std::to_string(now_us_) + " us"};
}

void cluster::tell(const std::string& line) const {
  if (trace_)
    *trace_ += std::to_string(now_us_) + " " + line + "\n";
}

void cluster::check_running(const session_key& key) {
  std::vector<std::size_t> runs_on;
  const auto pauses = scenario_.minority == minority_policy::pause;
  const auto is_settled = now_us_ > disturbed_us_ + settled_us || disturbed_us_ == 0;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const auto& node = nodes_[n];
    if (!node.up || node.is_frozen || !node.up->running.contains(key))
      continue;
    // Who was frozen finds out by its next look at the clock, and needs the time of a stop.
    const auto has_woken = now_us_ < node.thawed_us + tick_us_max + 2 * stop_us_max;
    if (pauses && has_woken)
      continue;
    for (const auto other : runs_on)
      if (pauses || (is_settled && can_ask_of(other, n)))
        fail(pauses ? "no two nodes run a session at one time" : "where hosts see each other a session runs once",
             name(key) + " on " + nodes_[other].name + node.name);
    runs_on.push_back(n);
  }
}

void cluster::check_outranked(const session_key& key, const std::vector<crdt::live_entry>& entries) {
  if (!scenario_.disks || scenario_.minority != minority_policy::pause)
    return;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const auto& node = nodes_[n];
    if (!node.up || node.is_frozen || now_us_ < node.thawed_us + tick_us_max + 2 * stop_us_max)
      continue;
    const auto runs = node.up->running.find(key);
    if (runs == node.up->running.end())
      continue;
    const record_rank own{runs->second.epoch, false, node.up->incarnation, std::numeric_limits<std::uint64_t>::max()};
    for (const auto& entry : entries) {
      const auto record = decode_record(entry.value.view()).record;
      const auto is_owner_up = !record || std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& other) {
        return other.up && other.up->incarnation == record->owner.incarnation;
      });
      if (!is_owner_up && record->rank() > own)
        fail("no running session is outranked by a record from a disk",
             name(key) + " on " + node.name + " in epoch " + std::to_string(runs->second.epoch) + ", by epoch "
               + std::to_string(record->epoch) + " of " + record->owner.node);
    }
  }
}

bool cluster::is_to_be_kept(const session_key& key) const {
  // One crash at a time, so one of the two that hold a new session is left. All may end at once: then what has begun to
  // run is on disks.
  const auto is_kept = acknowledged_.contains(key) || (scenario_.blackouts && first_run_us_.contains(key));
  return is_kept && !stopped_.contains(key) && !is_all_lost_ && !scenario_.partitions && !scenario_.freezes
         && !scenario_.map_restarts;
}

void cluster::check_end() {
  std::map<session_key, std::vector<std::size_t>> running;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    for (const auto& [key, started] : nodes_[n].up->running)
      running[key].push_back(n);
  std::set<session_key> known;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    for (const auto& status : nodes_[n].up->host->sessions({}, std::numeric_limits<std::size_t>::max()).sessions) {
      known.insert(status.key);
      if (status.phase != session_phase::running || running[status.key].size() != 1)
        fail("in the end each session runs once", name(status.key) + " runs "
                                                    + std::to_string(running[status.key].size()) + " times, seen from "
                                                    + nodes_[n].name);
      const auto& runs_on = nodes_[running[status.key].front()];
      if (status.owner != host_id{runs_on.name, runs_on.up->incarnation})
        fail("in the end all agree who owns a session", name(status.key) + " seen from " + nodes_[n].name);
    }
    if (nodes_[n].up->replica->map().fingerprint() != nodes_[0].up->replica->map().fingerprint())
      fail("in the end all maps are equal", nodes_[n].name);
    if (nodes_[n].up->replica->counters().divergences != 0)
      fail("maps do not diverge", nodes_[n].name);
  }
  for (const auto& [key, runs_on] : running)
    if (!runs_on.empty() && !known.contains(key))
      fail("what runs is in the map", name(key));

  for (const auto& [number, r] : requests_) {
    const auto& p = nodes_[r.node].up;
    if (!r.is_answered && p && p->incarnation == r.incarnation)
      fail("every request is answered", std::string{r.what} + std::to_string(number));
    const auto is_done = r.is_answered && r.result == outcome::done;
    if (is_to_be_kept(r.key) && !known.contains(r.key))
      fail("a session that was started is not lost", name(r.key));
    const auto is_started_after = std::any_of(requests_.begin(), requests_.end(), [&, &r = r](const auto& entry) {
      const auto& other = entry.second;
      return other.what == 's' && other.key == r.key
             && (!other.is_answered || other.is_withdrawn || other.answered_us > r.asked_us);
    });
    if (is_done && r.what == 'e' && known.contains(r.key) && !is_started_after && scenario_.is_gentle())
      fail("a session that was ended does not come back", name(r.key));
    if (is_done && r.what == 'd' && scenario_.is_gentle() && !stopped_.contains(r.key) && known.contains(r.key)) {
      const auto& runs_on = *nodes_[running[r.key].front()].up;
      const auto& messages = runs_on.running.at(r.key).state.messages;
      if (std::find(messages.begin(), messages.end(), std::pair{r.incarnation, number}) == messages.end())
        fail("no acknowledged message is lost", "d" + std::to_string(number) + " to " + name(r.key));
    }
  }
}

} // namespace ariadne::session_simulation
