#include "test/membership_simulation/world.hpp"

#include <algorithm>

// The network of the simulated nodes.

namespace ariadne::membership_simulation {

namespace {

constexpr std::uint64_t ms = 1'000;
constexpr std::size_t packet_bytes = 16 << 10;
constexpr std::size_t buffer_bytes = 1 << 20;
constexpr std::uint64_t connect_timeout_us = 1'000 * ms;

} // namespace

world::link& world::link_of(std::size_t a, std::size_t b) {
  return links_[{std::min(a, b), std::max(a, b)}];
}

world::pipe& world::pipe_of(std::size_t from, std::size_t to) {
  return link_of(from, to).pipes[from < to ? 0 : 1];
}

bool world::is_cut(std::size_t from, std::size_t to) {
  return now_us_ < link_of(from, to).cut_until_us[from < to ? 0 : 1];
}

void world::send(std::size_t from, std::size_t to, std::uint64_t connection, std::size_t bytes, const action& arrives) {
  auto& l = link_of(from, to);
  if (l.connection != connection)
    return;
  auto& way = pipe_of(from, to);
  for (auto left = bytes; left > 0;) {
    const auto part = std::min(left, packet_bytes);
    left -= part;
    way.free_us =
      std::max(way.free_us, now_us_) + std::max<microseconds>(part * 1'000'000 / scenario_.bytes_per_second, 1);
    packet p{from, to, connection, part, now_us_, {}};
    if (left == 0)
      p.arrives = arrives;
    at(way.free_us + scenario_.delay_ms * ms, [this, p] { arrive(p, 0); });
  }
}

void world::arrive(const packet& p, unsigned tries) {
  auto& l = link_of(p.from, p.to);
  auto& receiver = nodes_[p.to];
  if (l.connection != p.connection || !receiver.is_up())
    return;
  auto& way = pipe_of(p.from, p.to);
  const auto round_trip_us = 2 * scenario_.delay_ms * ms + 10 * ms;
  // The sender waits until there is room.
  if (way.unread > buffer_bytes && receiver.has_kernel()) {
    at(now_us_ + round_trip_us, [this, p, tries] { arrive(p, tries); });
    return;
  }
  const auto is_lost = random_.below(1'000) < scenario_.loss_permille;
  if (is_lost || is_cut(p.from, p.to) || !receiver.has_kernel()) {
    if (is_lost && tries > 0)
      l.disturbed_us = now_us_;
    // No later than after two seconds, lest a link that is healed stays silent.
    const auto again_us = std::min<microseconds>(round_trip_us << std::min(tries, 8u), 2'000 * ms);
    way.arrived_us = std::max(way.arrived_us, now_us_ + again_us);
    at(now_us_ + again_us, [this, p, tries] { arrive(p, tries + 1); });
    return;
  }
  // It is acknowledged, though it may wait for one that was sent before it.
  at(now_us_ + scenario_.delay_ms * ms, [this, p] {
    if (link_of(p.from, p.to).connection == p.connection)
      ++pipe_of(p.from, p.to).acknowledged;
  });
  way.arrived_us = std::max(way.arrived_us, now_us_);
  at(way.arrived_us, [this, p] {
    if (link_of(p.from, p.to).connection != p.connection)
      return;
    pipe_of(p.from, p.to).received_us = now_us_;
    pipe_of(p.from, p.to).unread += p.bytes;
    at_process(p.to, p.from, now_us_, [this, p] {
      auto& read = pipe_of(p.from, p.to);
      read.unread -= std::min(read.unread, p.bytes);
      auto& process = nodes_[p.to];
      if (process.peers[p.from].connection != p.connection)
        return;
      if (p.sent_us >= process.woke_us)
        process.peers[p.from].is_heard_since_waking = true;
      if (p.arrives)
        p.arrives();
    });
  });
}

/// The other side learns of it, unless its host does not run or the link is cut; then it does once it sends something.
void world::close(std::size_t by, std::size_t other) {
  auto& l = link_of(by, other);
  const auto connection = std::exchange(l.connection, 0);
  if (connection == 0)
    return;
  const std::function<void()> arrives = [this, by, other, connection] {
    at_process(other, by, now_us_, [this, by, other, connection] { lost(other, by, connection); });
  };
  const auto delay_us = scenario_.delay_ms * ms;
  const auto is_open = nodes_[other].has_kernel() && !is_cut(by, other);
  at(now_us_ + (is_open ? delay_us : delay_us + 500 * ms), arrives);
}

void world::act(std::size_t n, const membership::dial& what) {
  const auto to = number(what.made.address);
  judge_dial(n, what.made);
  ++nodes_[n].dials_under_way;
  const auto incarnation = nodes_[n].incarnation;
  at(now_us_ + 3 * scenario_.delay_ms * ms + random_.between(1 * ms, 20 * ms), [=, this, made = what.made] {
    if (nodes_[n].is_up() && nodes_[n].incarnation == incarnation)
      dialled(n, to, made);
  });
}

/// An attempt that is broken off has its end all the same.
void world::act(std::size_t, const membership::break_off&) {}

void world::dialled(std::size_t n, std::size_t to, const membership::attempt& made) {
  using membership::failure;
  if (to == n)
    return at_process(n, n, now_us_, [=, this] {
      --nodes_[n].dials_under_way;
      happen(n, [&](auto& view, const auto& now) { view.reached_self(made, now); });
    });
  const auto& other = nodes_[to];
  const auto& own = nodes_[n].peers[to];
  const auto& theirs = other.is_up() ? other.peers[n].connection : 0;
  const auto connection = link_of(n, to).connection;
  if (is_cut(n, to) || is_cut(to, n) || !other.has_kernel() || !nodes_[n].has_kernel())
    dial_failed(n, made, "nobody answers", failure::unreachable, connect_timeout_us);
  else if (!other.is_up())
    dial_failed(n, made, "nobody listens", failure::refused, 1);
  else if (!other.runs())
    dial_failed(n, made, "it does not shake hands", failure::other, connect_timeout_us);
  else if (connection != 0 && own.connection == connection)
    // The other one has connected meanwhile.
    at_process(n, to, now_us_, [=, this] {
      --nodes_[n].dials_under_way;
      happen(n, [&](auto& view, const auto& now) { view.reached(made, nodes_[n].peers[to].other, {}, now); });
    });
  else if (connection != 0 || own.connection != 0 || theirs != 0)
    dial_failed(n, made, "it closes the connection", failure::other, 1);
  else
    open(n, to, made);
}

void world::dial_failed(std::size_t n, const membership::attempt& made, const char* problem, membership::failure how,
                        microseconds after_us) {
  at_process(n, number(made.node), now_us_ + after_us, [=, this] {
    --nodes_[n].dials_under_way;
    happen(n, [&](auto& view, const auto& now) { view.failed(made, problem, how, now); });
  });
}

void world::open(std::size_t n, std::size_t to, const membership::attempt& made) {
  auto& l = link_of(n, to);
  l.connection = ++last_connection_;
  l.since_us = now_us_;
  for (auto& way : l.pipes)
    way = {now_us_, now_us_, now_us_, 0, 0, 0};
  const auto connect = [this, connection = l.connection](std::size_t a, std::size_t b, std::uint64_t incarnation) {
    nodes_[a].peers[b].connection = connection;
    nodes_[a].peers[b].other = contact{incarnation};
  };
  at_process(to, n, now_us_, [=, incarnation = nodes_[n].incarnation] { connect(to, n, incarnation); });
  at_process(n, to, now_us_, [=, this, incarnation = nodes_[to].incarnation] {
    --nodes_[n].dials_under_way;
    connect(n, to, incarnation);
    happen(n, [&](auto& view, const auto& now) { view.reached(made, contact{incarnation}, {}, now); });
  });
}

void world::act(std::size_t n, const membership::disconnect& what) {
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    const auto& p = nodes_[n].peers[other];
    if (p.other != what.from || p.connection == 0 || link_of(n, other).connection != p.connection)
      continue;
    close(n, other);
    at_process(n, other, now_us_, [=, this, connection = p.connection] { lost(n, other, connection); });
  }
}

} // namespace ariadne::membership_simulation
