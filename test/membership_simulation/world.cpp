#include "test/membership_simulation/world.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <variant>

namespace ariadne::membership_simulation {

namespace {

constexpr std::uint64_t ms = 1'000;
/// How long after the process's own timers something comes to be done.
constexpr std::uint64_t late_us_max = 20 * ms;
constexpr std::uint64_t look_us = 10 * ms;
constexpr std::uint64_t heal_us = 30'000 * ms;
constexpr std::size_t heartbeat_bytes = 100;
constexpr std::size_t introduction_bytes = 500;
constexpr std::uint64_t introduction_timeout_us = 3'000 * ms;
/// What comes from this is no other node's.
constexpr std::size_t own_timers = 1'000;
constexpr std::uint64_t expect_wait_us = 10'000 * ms;
constexpr std::chrono::hours boot_time{1};
constexpr std::chrono::hours wall_time{400'000};

} // namespace

world::world(const scenario& s)
  : scenario_(s), random_(s.seed ^ 0xa5a5'a5a5), disks_(s.seed ^ 0xd15c), nodes_(s.nodes) {}

void world::play() {
  add_journals();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    at(random_.between(0, is_listed(n) ? 300 * ms : 5'000 * ms), [this, n] {
      if (!nodes_[n].is_up())
        start(n);
    });
  trouble_nodes();
  trouble_links();
  send_bulk();
  run_until(scenario_.duration_ms * ms);
  heal();
  run_until(now_us_ + heal_us);
  check_all_up();
  check_ids();
  check_all_forgotten();
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

membership::view_options world::options_of(std::size_t n) {
  membership::view_options options;
  options.cluster = "simulated";
  options.node = name(n);
  options.address = name(n) + ":1";
  options.table.forget_after_ms = scenario_.forget_after_ms;
  options.heartbeats = heartbeats_;
  for (std::size_t other = 0; other < scenario_.listed; ++other)
    options.listed.emplace_back(name(other), name(other) + ":1");
  if (!is_listed(n))
    options.listed = {options.listed[random_.below(options.listed.size())]};
  for (const auto& [other, address] : options.listed)
    options.voters.insert(other);
  if (nodes_[n].journal_from_us && *nodes_[n].journal_from_us <= now_us_) {
    auto& id = nodes_[n].on_disk;
    if (id.number == 0)
      id.number = 1 + disks_.below(1'000'000'000);
    options.id = id;
  }
  if (scenario_.is_discovered) {
    options.listed.clear();
    // One more than there are, now and then.
    options.expect = scenario_.listed + (scenario_.seed % 8 == 7 ? 1 : 0);
    options.expect_wait = std::chrono::milliseconds{expect_wait_us / ms};
  }
  return options;
}

void world::start(std::size_t n) {
  auto& starting = nodes_[n];
  if (starting.is_gone_for_good)
    return;
  tell("start " + name(n));
  starting.incarnation = ++last_incarnation_;
  starting.view.emplace(options_of(n), moment(n));
  starting.peers.assign(nodes_.size(), {});
  starting.watched.clear();
  starting.missed.clear();
  starting.dials_under_way = 0;
  starting.is_leaving = false;
  starting.woke_us = now_us_;
  expect_decided(n);
  happen(n, [&](auto& view, const auto& now) { view.handoff_started(now); });
  happen(n, [&](auto& view, const auto& now) { view.set_incarnation(starting.incarnation, now); });
  if (scenario_.is_discovered) {
    starting.expects_more = true;
    discover(n);
    expect_no_endless_wait(n);
  }
  tick(n);
}

/// All addresses, also its own.
void world::discover(std::size_t n) {
  std::vector<std::string> addresses;
  for (std::size_t other = 0; other < scenario_.listed; ++other)
    addresses.push_back(name(other) + ":1");
  happen(n, [&](auto& view, const auto& now) { view.discovered(addresses, now); });
}

membership::moment world::moment(std::size_t n) {
  return {clocks(nodes_[n]), static_cast<std::uint32_t>(random_.next())};
}

void world::act(std::size_t n) {
  for (const auto& command : nodes_[n].view->take_commands())
    std::visit([&](const auto& what) { act(n, what); }, command);
  std::erase_if(nodes_[n].watched, [](const auto& entry) { return entry.second == 0; });
  if (const auto broken = nodes_[n].view->check_invariants(); !broken.empty())
    fail("the invariants of a view hold", name(n) + ": " + broken);
}

std::size_t world::whom(std::size_t n, contact by) {
  if (const auto found = nodes_[n].watched.find(by); found == nodes_[n].watched.end() || found->second == 0)
    fail("only who is watched is spoken to", name(n) + " speaks to contact " + std::to_string(std::uint64_t(by)));
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (nodes_[n].peers[other].other == by)
      return other;
  fail("a contact is somebody", name(n) + " speaks to contact " + std::to_string(std::uint64_t(by)));
}

void world::act(std::size_t n, const membership::watch& what) {
  ++nodes_[n].watched[what.whom];
}

void world::act(std::size_t n, const membership::watch_no_more& what) {
  whom(n, what.whom);
  --nodes_[n].watched[what.whom];
}

void world::act(std::size_t n, const membership::introduce& what) {
  const auto to = whom(n, what.pending.to);
  const auto is_answered = std::make_shared<bool>(false);
  const auto connection = nodes_[n].peers[to].connection;
  send(n, to, connection, introduction_bytes, [=, this] {
    membership::introduction_answer answer;
    const auto by = nodes_[to].peers[n].other;
    happen(to, [&](auto& view, const auto& now) {
      const auto refused = view.introduced(by, what.self, now);
      answer = {!refused, refused ? refused->reason : "",
                refused && refused->cause == membership::refusal_cause::name_taken, view.own_introduction(now)};
    });
    send(to, n, connection, introduction_bytes, [=, this] {
      if (!std::exchange(*is_answered, true))
        happen(n, [&](auto& view, const auto& now) { view.answered(what.pending, what.pending.to, answer, now); });
    });
  });
  if (what.pending.number != 0)
    at_process(n, own_timers, now_us_ + introduction_timeout_us, [=, this] {
      if (!std::exchange(*is_answered, true))
        happen(n, [&](auto& view, const auto& now) { view.unanswered(what.pending, "it does not answer", now); });
    });
}

void world::act(std::size_t n, const membership::send_beat& what) {
  const auto to = whom(n, what.to);
  send(n, to, nodes_[n].peers[to].connection, heartbeat_bytes, [=, this] {
    happen(to, [&](auto& view, const auto& now) { view.heard(nodes_[to].peers[n].other, what.sign, now); });
  });
}

void world::act(std::size_t n, const membership::tell_news& what) {
  const auto to = whom(n, what.to);
  send(n, to, nodes_[n].peers[to].connection, introduction_bytes, [=, this] {
    happen(to, [&](auto& view, const auto& now) { view.told(nodes_[to].peers[n].other, what.members, now); });
  });
}

void world::act(std::size_t n, const membership::say_farewell& what) {
  const auto to = whom(n, what.to);
  send(n, to, nodes_[n].peers[to].connection, heartbeat_bytes, [=, this] {
    happen(to, [&](auto& view, const auto& now) { view.has_left(nodes_[to].peers[n].other, name(n), now); });
  });
}

void world::act(std::size_t n, const membership::warn_of_claimant& what) {
  fail("nobody claims a name that is taken", name(n) + " warns of the node at " + what.address);
}

void world::act(std::size_t n, const membership::give_way&) {
  fail("nobody claims a name that is taken", name(n) + " gives way");
}

void world::act(std::size_t n, const membership::look_at_connection& what) {
  at_process(n, own_timers, now_us_ + 1 * ms, [this, n, other = whom(n, what.of)] { probe(n, other); });
}

void world::act(std::size_t n, const membership::judge_soon&) {
  at_process(n, own_timers, now_us_ + look_us, [this, n] {
    take_findings(n);
    happen(n, [](auto& view, const auto& now) { view.judge_suspects({}, now); });
  });
}

void world::act(std::size_t n, const membership::wake& what) {
  const auto after_us = static_cast<microseconds>(what.after.count()) * ms;
  at_process(n, own_timers, now_us_ + after_us + random_.below(late_us_max),
             [this, n] { happen(n, [](auto& view, const auto& now) { view.connect_to_due(now); }); });
}

void world::act(std::size_t n, const membership::tell_handoff& what) {
  const auto other = number(what.node);
  auto& p = nodes_[n].peers[other];
  const auto before = std::exchange(p.told, what.is);
  switch (what.is) {
    case standing::up:
      whom(n, what.by);
      tell(name(n) + " sees " + what.node);
      if (std::exchange(p.told_by, what.by) != what.by)
        p.lines.clear();
      return;
    case standing::down:
      tell(name(n) + " takes " + what.node + " for down");
      if (before == standing::up)
        judge_down(n, other, "those on its node are told so");
      return;
    case standing::left:
      tell(name(n) + " is told that " + what.node + " leaves");
      return;
    case standing::forgotten:
      tell(name(n) + " forgets " + what.node);
      // And how often it was lost.
      p.lines.clear();
      if (before == standing::up || (!scenario_.is_discovered && is_listed(n) && is_listed(other)))
        fail("neither who is up nor who is listed is forgotten", name(n) + " forgets " + what.node);
      return;
  }
}

void world::act(std::size_t n, const membership::expect_no_more&) {
  nodes_[n].expects_more = false;
}

/// The process may end after its disk has it, and before it knows that.
void world::act(std::size_t n, const membership::keep_id& what) {
  const auto incarnation = nodes_[n].incarnation;
  const auto is_written = disks_.chance(90);
  at(now_us_ + disks_.between(1, disks_.chance(20) ? 2'000 : 20) * ms, [=, this, id = what.id] {
    if (!nodes_[n].is_up() || nodes_[n].incarnation != incarnation)
      return;
    if (is_written) {
      judge_id(n, id);
      nodes_[n].on_disk = id;
    }
    at_process(n, own_timers, now_us_ + disks_.below(20) * ms, [=, this] {
      happen(n, [&](auto& view, const auto& now) { is_written ? view.id_kept(now) : view.id_not_kept(now); });
    });
  });
}

void world::act(std::size_t n, const membership::give_up_journal& what) {
  fail("nodes of one cluster have one id", name(n) + " ends: " + what.reason);
}

void world::act(std::size_t n, const membership::report& what) {
  using subject = membership::report::subject;
  if (what.about == subject::not_run)
    tell(name(n) + " finds that it was not run");
  else
    tell(name(n) + " reports of " + what.node + ": " + what.text);
  if (what.about == subject::down || what.about == subject::unsteady)
    log_line(n, number(what.node));
}

void world::tick(std::size_t n) {
  at_process(n, own_timers, now_us_ + 100 * ms + random_.below(late_us_max), [this, n] { tick(n); });
  take_findings(n);
  std::vector<std::size_t> awaited;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (nodes_[n].view->is_awaited(name(other)))
      awaited.push_back(other);
  happen(n, [](auto& view, const auto& now) { view.tick(now); });
  for (const auto other : awaited)
    if (!nodes_[n].view->is_awaited(name(other)))
      judge_overdue(n, other);
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
  for (auto& p : nodes_[n].peers)
    if (const auto found = std::exchange(p.found, std::nullopt))
      nodes_[n].view->seen(p.other, *found);
}

void world::lost(std::size_t n, std::size_t other, std::uint64_t connection, const char* why) {
  auto& p = nodes_[n].peers[other];
  if (p.connection != connection || connection == 0)
    return;
  p.connection = 0;
  p.found.reset();
  if (nodes_[n].watched.contains(p.other))
    happen(n, [&](auto& view, const auto& now) { view.ended(p.other, why, now); });
  nodes_[n].watched.erase(p.other);
}

// -- trouble
// -----------------------------------------------------------------------------------------------------------

/// Not all at once, if they are added to a cluster that is there.
void world::add_journals() {
  for (std::size_t n = 0; n < scenario_.journals; ++n)
    if (scenario_.are_journals_added)
      at(disks_.between(1'000, scenario_.duration_ms) * ms, [this, n] { add_journal(n); });
    else
      nodes_[n].journal_from_us = 0;
}

void world::add_journal(std::size_t n) {
  // Only who runs can be told to stop.
  if (nodes_[n].is_up() && !nodes_[n].runs())
    return at(now_us_ + 1'000 * ms, [this, n] { add_journal(n); });
  tell(name(n) + " is to keep a journal");
  nodes_[n].journal_from_us = now_us_;
  if (nodes_[n].is_up())
    kill(n, disks_.between(100, 2'000) * ms);
}

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
    const auto what = random_.below(6);
    if (what == 0 && scenario_.freezes)
      stop(n, host_state::is_frozen, time_us);
    else if (what == 1 && scenario_.suspends)
      stop(n, host_state::is_suspended, time_us);
    else if (what == 2 && scenario_.pauses)
      stop(n, host_state::is_paused, time_us);
    else if (what == 3 && scenario_.kills)
      kill(n, time_us);
    else if (what == 4 && scenario_.leaves)
      leave(n, time_us);
    else if (what == 5 && scenario_.forgets)
      forget(n);
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
    send(from, to, link_of(from, to).connection, 1 + random_.below(scenario_.bulk_bytes_max), {});
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
  killed.view.reset();
  killed.missed.clear();
  killed.trouble_began_us = killed.disturbed_us = now_us_;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n) {
      close(n, other);
      expect_missed(n, other);
    }
  killed.is_gone_for_good = scenario_.departs && !is_listed(n) && random_.chance(30);
  if (killed.is_gone_for_good)
    tell(name(n) + " is gone for good");
  at(now_us_ + time_us, [this, n] {
    if (!nodes_[n].is_up())
      start(n);
  });
}

void world::leave(std::size_t n, microseconds time_us) {
  tell(name(n) + " leaves");
  nodes_[n].is_leaving = true;
  nodes_[n].disturbed_us = now_us_;
  happen(n, [](auto& view, const auto&) { view.leave(); });
  at_process(n, own_timers, now_us_ + random_.between(1, 1'000) * ms, [this, n, time_us] { kill(n, time_us); });
}

/// One of those that it may forget.
void world::forget(std::size_t n) {
  const auto other = random_.below(nodes_.size());
  if (other == n || !knows(n, other))
    return;
  happen(n, [&](auto& view, const auto& now) {
    if (!view.forget(name(other), now))
      tell(name(n) + " was told to forget " + name(other));
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
