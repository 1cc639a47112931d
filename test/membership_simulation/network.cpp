#include "test/membership_simulation/world.hpp"

#include <algorithm>

// The network of the simulated nodes.

namespace ariadne::membership_simulation {

namespace {

constexpr std::uint64_t ms = 1'000;
constexpr std::size_t packet_bytes = 16 << 10;
constexpr std::size_t buffer_bytes = 1 << 20;
/// From one try to dial to the next, without a back-off.
constexpr std::uint64_t dial_us_min = 50 * ms;
constexpr std::uint64_t dial_us_max = 150 * ms;

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

void world::send(std::size_t from, std::size_t to, std::uint64_t connection, std::size_t bytes,
                 const std::optional<membership::beat>& beat) {
  auto& l = link_of(from, to);
  if (l.connection != connection)
    return;
  auto& way = pipe_of(from, to);
  for (auto left = bytes; left > 0;) {
    const auto part = std::min(left, packet_bytes);
    left -= part;
    way.free_us =
      std::max(way.free_us, now_us_) + std::max<microseconds>(part * 1'000'000 / scenario_.bytes_per_second, 1);
    packet p{from, to, connection, part, now_us_, std::nullopt};
    if (left == 0)
      p.beat = beat;
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
      heard(p.to, p);
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

bool world::may_dial(std::size_t from, std::size_t to) {
  auto& n = nodes_[from];
  auto& p = n.peers[to];
  if (!n.runs() || p.connection != 0)
    return false;
  const auto* losses = n.life->losses(name(to));
  const auto factor = losses ? losses->backoff_factor() : 1;
  const auto wait_us = std::min<microseconds>(100 * ms * factor, 2'000 * ms);
  return n.life->is_in_doubt(name(to)) || p.lost_us == 0 || now_us_ >= p.lost_us + wait_us;
}

void world::dial(std::size_t a, std::size_t b) {
  auto& l = link_of(a, b);
  at(now_us_ + random_.between(dial_us_min, dial_us_max), [this, a, b] { dial(a, b); });
  if (l.is_dialled || l.connection != 0 || is_cut(a, b) || is_cut(b, a))
    return;
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}})
    if (may_dial(from, to) && !nodes_[to].is_up() && nodes_[to].state == host_state::runs)
      at_process(from, to, now_us_ + 2 * scenario_.delay_ms * ms + 1, [this, from = from, to = to] {
        if (!nodes_[to].is_up())
          refused(from, to);
      });
  if (!(may_dial(a, b) || may_dial(b, a)) || !nodes_[a].runs() || !nodes_[b].runs()
      || nodes_[a].peers[b].connection != 0 || nodes_[b].peers[a].connection != 0)
    return;
  l.is_dialled = true;
  at(now_us_ + 3 * scenario_.delay_ms * ms + random_.between(1 * ms, 20 * ms), [this, a, b] { connect(a, b); });
}

void world::connect(std::size_t a, std::size_t b) {
  auto& l = link_of(a, b);
  l.is_dialled = false;
  if (!nodes_[a].runs() || !nodes_[b].runs() || is_cut(a, b) || is_cut(b, a) || nodes_[a].peers[b].connection != 0
      || nodes_[b].peers[a].connection != 0)
    return;
  l.connection = ++last_connection_;
  l.since_us = now_us_;
  for (auto& way : l.pipes)
    way = {now_us_, now_us_, now_us_, 0, 0, 0};
  up(a, b, l.connection, nodes_[b].incarnation);
  up(b, a, l.connection, nodes_[a].incarnation);
}

} // namespace ariadne::membership_simulation
