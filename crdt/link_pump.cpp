#include "crdt/link_pump.hpp"

#include "crdt/codec.hpp"
#include "crdt/passed_time.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace ariadne::crdt {

namespace {

/// How many parts one call builds for one neighbour, at most. Those that it acknowledges let the next ones follow, so
/// the window fills all the same, but no call takes long because it is wide.
constexpr int parts_per_call_max = 2;
/// The same for pieces.
constexpr int pieces_per_call_max = 4;

/// For how long changes gather while a part is on its way: many round trips of a fast link, and a small part of one of
/// a slow link.
constexpr std::uint64_t gather_ms_max = 10;

/// For how long, and of how many links that have closed, what was under way and what they carry is kept for the next
/// link to the same neighbour.
constexpr std::uint64_t parted_ms_max = 60'000;
constexpr std::size_t parted_max = 64;

/// What it costs to build a part, in registers: those that it has, and what it takes to copy its bytes.
std::size_t cost_of_part(std::size_t registers, std::size_t bytes) {
  return registers + bytes / 256;
}

} // namespace

void link_pump::restart(neighbour_link& link) {
  link.out.emplace(link.stream, link.known, link.forgotten, source_);
  link.window.restart();
  link.pieces_sent = 0;
  if (const auto parted = parted_.find(link.neighbour); parted != parted_.end()) {
    link.window.resume(parted->second.window);
    if (!link.values.is_under_way() && parted->second.values.is_under_way())
      link.values = std::move(parted->second.values);
    parted_.erase(parted);
  }
  link.values.restart(link.staged_values);
}

void link_pump::pump_all(neighbour_links& links, std::uint64_t now_ms) {
  auto position = pump_from_ ? links.lower_bound(*pump_from_) : links.begin();
  pump_from_.reset();
  auto budget = options_.work_registers_max;
  for (auto left = links.size(); left > 0; --left, ++position) {
    if (position == links.end())
      position = links.begin();
    if (budget == 0) {
      pump_from_ = position->first;
      return;
    }
    const auto cost = pump(position->second, now_ms);
    budget -= std::min(budget, cost);
    if (cost >= options_.work_registers_max) {
      // It may have more, but all others come first.
      pump_from_ = (std::next(position) == links.end() ? links.begin() : std::next(position))->first;
      return;
    }
  }
}

stream_target link_pump::target(neighbour_link& link) const {
  if (link.version < codec_version_with_pieces)
    return {link.known, link.version, link.values, std::numeric_limits<std::size_t>::max(), options_.part_bytes};
  const auto piece_bytes = link.window.piece_bytes();
  return {link.known, link.version, link.values, std::max(piece_bytes, options_.large_value_bytes), piece_bytes};
}

std::size_t link_pump::pump(neighbour_link& link, std::uint64_t now_ms) {
  // In the middle of a sweep, the map lacks what no version vector explains.
  if (!link.out || !link.push || full_state_.is_swept())
    return 0;
  if (link.values.owes_any() && waits_for_forgotten(link, now_ms))
    return 0;
  auto cost = send_parts(link, now_ms);
  cost += send_pieces(link, now_ms);
  return link.values.has_ready() ? cost + send_parts(link, now_ms) : cost;
}

std::size_t link_pump::send_parts(neighbour_link& link, std::uint64_t now_ms) {
  std::size_t cost = 0;
  auto& out = *link.out;
  const auto to = target(link);
  const auto part_bytes = std::min(options_.part_bytes, to.whole_bytes);
  const auto deferred = [&](replica_id origin) {
    return !state_.known().is_own(origin) && link.left_to_origins.contains(origin);
  };
  for (auto parts_left = parts_per_call_max;
       parts_left > 0 && cost < options_.work_registers_max && out.has_work(source_, to, deferred);) {
    if (out.is_in_flight()) {
      auto is_worth_it = out.in_batch() || state_.changed_bytes() - link.changed_bytes_at_send >= part_bytes
                         || link.values.has_ready() || has_passed(gather_ms_max, link.part_sent_ms, now_ms);
      if (!is_worth_it || !link.window.has_room())
        break;
    }
    if (waits_for_forgotten(link, now_ms))
      break;
    const auto registers_before = out.registers_sent();
    const auto visited_before = out.registers_visited();
    auto part = out.next_part(source_, to, {part_bytes, options_.part_registers_max}, deferred);
    const auto visited = out.registers_visited() - visited_before;
    link.changed_bytes_at_send = state_.changed_bytes();
    if (!part) {
      cost += std::max<std::size_t>(visited, 1);
      continue;
    }
    cost += cost_of_part(visited, part->size());
    counters_.registers_sent += out.registers_sent() - registers_before;
    if (!link.window.is_in_flight())
      link.progress_ms = now_ms;
    link.window.sent(part->size(), now_ms);
    link.part_sent_ms = now_ms;
    outbox_.send(link, std::move(*part));
    --parts_left;
  }
  return cost;
}

std::size_t link_pump::send_pieces(neighbour_link& link, std::uint64_t now_ms) {
  std::size_t cost = 0;
  for (auto left = pieces_per_call_max; left > 0 && link.window.has_room(); --left) {
    auto next = link.values.next_piece(target(link).at(source_), now_ms);
    if (!next)
      break;
    next->stream = link.out->id();
    next->number = ++link.pieces_sent;
    auto frame = encode(*next, link.version);
    if (!link.window.is_in_flight())
      link.progress_ms = now_ms;
    cost += cost_of_part(1, frame.size());
    link.window.sent(frame.size(), now_ms);
    outbox_.send(link, std::move(frame));
  }
  return cost;
}

bool link_pump::waits_for_forgotten(neighbour_link& link, std::uint64_t now_ms) {
  auto& out = *link.out;
  if (out.in_full_state() || !is_behind_forgotten(link))
    return false;
  // What we know of the neighbour may be old: ask before sending everything.
  if (link.forgotten_answered < state_.known().forgotten_rises()) {
    if (link.forgotten_asked < state_.known().forgotten_rises()) {
      link.forgotten_asked = state_.known().forgotten_rises();
      outbox_.send_hello(link, outbox::want::answer, now_ms);
    }
    return true;
  }
  out.begin_full_state(source_, link.values);
  link.acknowledged_ms = now_ms;
  ++counters_.full_states_sent;
  return false;
}

bool link_pump::is_behind_forgotten(const neighbour_link& link) const {
  // What we have not caught up with ourselves cannot be missing from what we send.
  return std::any_of(state_.known().forgotten().begin(), state_.known().forgotten().end(), [&](const dot& d) {
    auto needed = std::min(d.counter, state_.known().vector()[d.replica]);
    return link.known[d.replica] < needed && link.out->sent()[d.replica] < needed;
  });
}

void link_pump::part(neighbour_link& link, std::uint64_t now_ms) {
  if (!link.out)
    return;
  link.window.restart();
  parted_.insert_or_assign(link.neighbour, parted_link{std::move(link.values), std::move(link.window), now_ms});
  if (parted_.size() > parted_max)
    parted_.erase(std::min_element(parted_.begin(), parted_.end(),
                                   [](const auto& a, const auto& b) { return a.second.since_ms < b.second.since_ms; }));
}

void link_pump::tick(std::uint64_t now_ms) {
  std::erase_if(parted_, [&](const auto& item) { return has_passed(parted_ms_max, item.second.since_ms, now_ms); });
}

} // namespace ariadne::crdt
