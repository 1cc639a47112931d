#include "test/membership_simulation/world.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ariadne::membership_simulation {

namespace {

using membership::liveness;

constexpr std::uint64_t ms = 1'000;
/// How long after the process's own timers something comes to be done.
constexpr std::uint64_t late_us_max = 20 * ms;
constexpr std::uint64_t look_us = 10 * ms;
constexpr std::uint64_t heal_us = 30'000 * ms;
constexpr std::size_t heartbeat_bytes = 100;
/// What comes from this is no other node's.
constexpr std::size_t own_timers = 1'000;
constexpr std::chrono::hours boot_time{1};
constexpr std::chrono::hours wall_time{400'000};

} // namespace

world::world(const scenario& s) : scenario_(s), random_(s.seed ^ 0xa5a5'a5a5), nodes_(s.nodes) {}

void world::play() {
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    at(random_.between(0, 300 * ms), [this, n] { start(n); });
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = a + 1; b < nodes_.size(); ++b)
      at(random_.between(0, 100 * ms), [this, a, b] { dial(a, b); });
  trouble_nodes();
  trouble_links();
  send_bulk();
  run_until(scenario_.duration_ms * ms);
  heal();
  run_until(now_us_ + heal_us);
  check_all_up();
}

// -- time
// --------------------------------------------------------------------------------------------------------------

void world::at(microseconds when_us, action what) {
  events_.push({when_us, ++last_order_, std::move(what)});
}

void world::at_process(std::size_t n, std::size_t source, microseconds when_us, action what) {
  const auto incarnation = nodes_[n].incarnation;
  at(when_us, [this, n, source, incarnation, what = std::move(what)] {
    auto& process = nodes_[n];
    if (!process.is_up() || process.incarnation != incarnation)
      return;
    if (process.runs())
      what();
    else
      process.missed[source].push_back(what);
  });
}

void world::run_until(microseconds end_us) {
  while (!events_.empty() && events_.top().at_us <= end_us) {
    auto next = events_.top();
    events_.pop();
    now_us_ = next.at_us;
    ++steps_;
    next.what();
  }
  now_us_ = end_us;
}

membership::instant world::to_clock(const node& n, microseconds true_us) const {
  return membership::instant{boot_time}
         + std::chrono::microseconds{static_cast<std::int64_t>(true_us) - static_cast<std::int64_t>(n.clock_lag)};
}

membership::clock_reading world::clocks(const node& n) const {
  return {to_clock(n, now_us_), wall_time + std::chrono::microseconds{static_cast<std::int64_t>(now_us_)}};
}

// -- nodes
// -------------------------------------------------------------------------------------------------------------

void world::start(std::size_t n) {
  auto& starting = nodes_[n];
  tell("start " + name(n));
  starting.incarnation = ++last_incarnation_;
  starting.life.emplace(heartbeats_, clocks(starting));
  starting.peers.assign(nodes_.size(), {});
  starting.missed.clear();
  starting.woke_us = now_us_;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n)
      starting.life->await(name(other));
  expect_decided(n);
  tick(n);
}

void world::look(std::size_t n) {
  auto& process = nodes_[n];
  if (process.life->look(clocks(process)) != liveness::duration{})
    tell(name(n) + " finds that it was not run");
}

void world::tick(std::size_t n) {
  at_process(n, own_timers, now_us_ + 100 * ms + random_.below(late_us_max), [this, n] { tick(n); });
  look(n);
  take_findings(n);
  auto& process = nodes_[n];
  const auto round = process.life->tick(clocks(process).now);
  const auto number = [](const std::string& node) { return static_cast<std::size_t>(node.front() - 'a'); };
  for (const auto& [node, beat] : round.beats)
    send(n, number(node), process.peers[number(node)].connection, heartbeat_bytes, beat);
  for (const auto& node : round.quiet)
    at_process(n, own_timers, now_us_ + 1 * ms, [this, n, other = number(node)] { probe(n, other); });
  if (!round.suspects.empty())
    at_process(n, own_timers, now_us_ + look_us, [this, n, s = round.suspects] { judge_suspects(n, s); });
  for (const auto& node : round.overdue)
    judge_overdue(n, number(node));
  for (const auto& node : round.down)
    declare_down(n, number(node), "it has not shown itself in time");
}

void world::probe(std::size_t n, std::size_t other) {
  auto& process = nodes_[n];
  if (process.peers[other].connection == 0 || link_of(n, other).connection != process.peers[other].connection)
    return;
  const auto& in = pipe_of(other, n);
  process.peers[other].found = membership::link_activity{
    to_clock(process, in.received_us), pipe_of(n, other).acknowledged,
    std::chrono::microseconds{static_cast<std::int64_t>(2 * scenario_.delay_ms * ms + 2 * ms)}, clocks(process).now};
}

void world::take_findings(std::size_t n) {
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (const auto found = std::exchange(nodes_[n].peers[other].found, std::nullopt))
      nodes_[n].life->seen(name(other), *found);
}

void world::judge_suspects(std::size_t n, const std::vector<std::string>& suspects) {
  look(n);
  take_findings(n);
  auto& process = nodes_[n];
  for (const auto& node : suspects) {
    const auto other = static_cast<std::size_t>(node.front() - 'a');
    if (!process.life->is_silent(node, clocks(process).now))
      continue;
    const auto connection = process.peers[other].connection;
    if (link_of(n, other).connection == connection)
      close(n, other);
    lost(n, other, connection, "it is silent");
  }
}

void world::heard(std::size_t n, const packet& p) {
  auto& process = nodes_[n];
  if (process.peers[p.from].connection != p.connection)
    return;
  if (p.sent_us >= process.woke_us)
    process.peers[p.from].is_heard_since_waking = true;
  if (!p.beat)
    return;
  look(n);
  process.life->heard(name(p.from), *p.beat, clocks(process).now);
}

void world::up(std::size_t n, std::size_t other, std::uint64_t connection, std::uint64_t incarnation) {
  look(n);
  auto& p = nodes_[n].peers[other];
  tell(name(n) + " sees " + name(other));
  p.connection = connection;
  if (std::exchange(p.incarnation, incarnation) != incarnation)
    p.lines.clear();
  p.is_heard_since_waking = true;
  nodes_[n].life->up(name(other), incarnation, clocks(nodes_[n]).now);
}

void world::lost(std::size_t n, std::size_t other, std::uint64_t connection, const char* why) {
  auto& process = nodes_[n];
  auto& p = process.peers[other];
  if (p.connection != connection || connection == 0)
    return;
  look(n);
  p.connection = 0;
  p.found.reset();
  p.lost_us = now_us_;
  switch (process.life->lost(name(other), clocks(process).now)) {
    case liveness::loss::none:
      break;
    case liveness::loss::down:
      declare_down(n, other, why);
      break;
    case liveness::loss::in_doubt:
      tell(name(n) + " has lost " + name(other) + ", and doubts that it is down");
      break;
  }
}

void world::refused(std::size_t n, std::size_t other) {
  look(n);
  auto& life = *nodes_[n].life;
  if (!life.is_awaited(name(other)))
    return;
  const auto was_in_doubt = life.is_in_doubt(name(other));
  life.gone(name(other));
  if (was_in_doubt)
    declare_down(n, other, "it is not there");
}

void world::declare_down(std::size_t n, std::size_t other, const char* why) {
  tell(name(n) + " declares " + name(other) + " down: " + why);
  judge_declared(n, other, why);
  auto* losses = nodes_[n].life->losses(name(other));
  if (!losses->is_unsteady() || losses->due_report(clocks(nodes_[n]).now))
    log_line(n, other);
}

// -- trouble
// -----------------------------------------------------------------------------------------------------------

void world::trouble_nodes() {
  at(now_us_ + random_.between(scenario_.troubles_ms_min, scenario_.troubles_ms_max) * ms, [this] {
    if (is_healed_)
      return;
    trouble_nodes();
    const auto n = random_.below(nodes_.size());
    if (!nodes_[n].runs())
      return;
    // Some are so short that nobody can notice them.
    const auto time_us = random_.chance(20) ? random_.between(10, 400) * ms : random_.between(400, 12'000) * ms;
    const auto what = random_.below(4);
    if (what == 0 && scenario_.freezes)
      stop(n, host_state::is_frozen, time_us);
    else if (what == 1 && scenario_.suspends)
      stop(n, host_state::is_suspended, time_us);
    else if (what == 2 && scenario_.pauses)
      stop(n, host_state::is_paused, time_us);
    else if (what == 3 && scenario_.kills)
      kill(n, time_us);
  });
}

void world::trouble_links() {
  at(now_us_ + random_.between(scenario_.troubles_ms_min, scenario_.troubles_ms_max) * ms, [this] {
    if (is_healed_)
      return;
    trouble_links();
    const auto a = random_.below(nodes_.size());
    const auto b = (a + 1 + random_.below(nodes_.size() - 1)) % nodes_.size();
    if (scenario_.cuts && random_.chance(30))
      cut(a, b, random_.between(50, 5'000) * ms, random_.chance(50));
    if (scenario_.breaks && link_of(0, 1).connection != 0) {
      tell("the link between a and b breaks");
      link_of(0, 1).disturbed_us = now_us_;
      const auto connection = link_of(0, 1).connection;
      close(0, 1);
      at_process(0, 1, now_us_, [this, connection] { lost(0, 1, connection); });
    }
  });
}

void world::send_bulk() {
  if (scenario_.bulk_bytes_max == 0)
    return;
  at(now_us_ + random_.between(100, 4'000) * ms, [this] {
    send_bulk();
    const auto from = random_.below(nodes_.size());
    const auto to = (from + 1 + random_.below(nodes_.size() - 1)) % nodes_.size();
    auto& way = pipe_of(from, to);
    // What has not been sent yet is not piled up without bound.
    if (is_healed_ || !nodes_[from].runs() || link_of(from, to).connection == 0 || way.free_us > now_us_ + 1'000 * ms)
      return;
    send(from, to, link_of(from, to).connection, 1 + random_.below(scenario_.bulk_bytes_max), std::nullopt);
    way.bulk_us = way.free_us;
  });
}

void world::stop(std::size_t n, host_state state, microseconds time_us) {
  auto& stopped = nodes_[n];
  tell(name(n)
       + (state == host_state::is_frozen      ? " is frozen"
          : state == host_state::is_suspended ? " is suspended"
                                              : " is paused"));
  stopped.state = state;
  stopped.trouble_began_us = now_us_;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n)
      expect_missed(n, other);
  at(now_us_ + time_us, [this, n, incarnation = stopped.incarnation] {
    if (nodes_[n].incarnation == incarnation && nodes_[n].state != host_state::runs)
      wake(n);
  });
}

void world::wake(std::size_t n) {
  auto& woken = nodes_[n];
  const auto time_us = now_us_ - woken.trouble_began_us;
  tell(name(n) + " goes on");
  if (std::exchange(woken.state, host_state::runs) == host_state::is_paused)
    woken.clock_lag += time_us;
  woken.disturbed_us = now_us_;
  if (time_us > static_cast<microseconds>(membership::pause_max(heartbeats_).count())) {
    woken.woke_us = now_us_;
    for (auto& p : woken.peers)
      p.is_heard_since_waking = false;
    expect_decided(n);
  }
  // In any order of where it comes from.
  while (!woken.missed.empty()) {
    auto source = woken.missed.begin();
    std::advance(source, random_.below(woken.missed.size()));
    const auto what = std::move(source->second.front());
    source->second.pop_front();
    if (source->second.empty())
      woken.missed.erase(source);
    what();
  }
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n && !nodes_[other].runs())
      expect_missed(other, n);
}

void world::kill(std::size_t n, microseconds time_us) {
  auto& killed = nodes_[n];
  tell("kill " + name(n));
  killed.life.reset();
  killed.missed.clear();
  killed.trouble_began_us = killed.disturbed_us = now_us_;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n) {
      close(n, other);
      expect_missed(n, other);
    }
  at(now_us_ + time_us, [this, n] {
    if (!nodes_[n].is_up())
      start(n);
  });
}

void world::cut(std::size_t a, std::size_t b, microseconds time_us, bool is_one_way) {
  auto& l = link_of(a, b);
  tell("the link from " + name(a) + " to " + name(b) + (is_one_way ? " is cut" : " is cut both ways"));
  l.cut_until_us[a < b ? 0 : 1] = now_us_ + time_us;
  if (!is_one_way)
    l.cut_until_us[a < b ? 1 : 0] = now_us_ + time_us;
  l.disturbed_us = now_us_ + time_us;
}

void world::heal() {
  tell("all is healed");
  is_healed_ = true;
  for (auto& [ends, l] : links_)
    for (auto& until : l.cut_until_us)
      until = std::min(until, now_us_);
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!nodes_[n].is_up())
      start(n);
    else if (!nodes_[n].runs())
      wake(n);
}

} // namespace ariadne::membership_simulation
