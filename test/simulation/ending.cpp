#include "test/simulation/ending.hpp"

#include <algorithm>
#include <set>

namespace ariadne::simulation {

namespace {

using action = operation::action;

constexpr int rounds_max = 400;
constexpr std::size_t frames_per_round_max = 200'000;

operation of_end(const world& w, const link& l, std::size_t end, action what) {
  operation o;
  o.what = what;
  o.slot = narrow(l.ends[end].slot);
  o.peer = narrow(l.ends[1 - end].slot);
  o.age = w.age(l);
  return o;
}

/// Closes the links that only one side has, or all of them; lifts what is blocked; opens new ones.
void heal(world& w) {
  const auto& s = w.parameters();
  for (std::size_t slot = 0; slot < s.slots; ++slot)
    if (!w.at(slot) && (s.heal_restarts || w.up().empty()))
      w.play({action::start, narrow(slot)});
  for (auto* l : std::vector<link*>{w.links()})
    for (std::size_t end = 0; end < 2; ++end) {
      const auto& other = l->ends[1 - end];
      if (l->ends[end].is == link_end::state::closed)
        continue;
      if (l->ends[end].blocked)
        w.play(of_end(w, *l, 1 - end, action::block));
      if (s.heal_with_new_links || other.is != link_end::state::open)
        w.play(of_end(w, *l, end, action::close));
    }
  auto slots = w.up();
  for (auto slot : slots) {
    operation o{action::set_members, narrow(slot)};
    for (auto member : slots)
      o.argument |= 1u << member;
    w.play(o);
  }
  for (auto* l : std::vector<link*>{w.links()})
    for (std::size_t end = 0; end < 2; ++end) {
      auto o = of_end(w, *l, end, action::set_push);
      o.argument = 1;
      w.play(o);
    }
  if (s.broken_clocks)
    for (auto slot : slots)
      w.play({action::set_clock, narrow(slot)});
}

bool joins(const link& l, const edge& e) {
  return std::minmax(l.ends[0].slot, l.ends[1].slot) == std::minmax(e.a, e.b);
}

/// Opens the links that are missing; one that was refused may be accepted now.
void reconnect(world& w, const std::vector<edge>& edges) {
  for (const auto& e : edges) {
    if (std::any_of(w.links().begin(), w.links().end(),
                    [&](const link* l) { return l->has_end_open() && joins(*l, e); }))
      continue;
    operation o{action::open, narrow(e.a), narrow(e.b)};
    o.argument = (e.a_pushes ? 1u : 0) | (e.b_pushes ? 2u : 0);
    w.play(o);
  }
}

/// Delivers until nothing is on its way. Returns whether there was more than heartbeats.
bool deliver_all(world& w) {
  auto is_quiet = true;
  // Small pieces make many frames.
  auto left = frames_per_round_max * (1 + w.parameters().value_bytes_max / w.parameters().part_bytes / 10);
  for (auto is_idle = false; !is_idle;) {
    is_idle = true;
    for (auto* l : std::vector<link*>{w.links()})
      for (std::size_t end = 0; end < 2; ++end)
        while (!l->ends[1 - end].queue.empty() && l->ends[1 - end].is != link_end::state::closed
               && !l->ends[1 - end].blocked) {
          if (left-- == 0)
            throw violation{"a healed cluster comes to rest", "frames breed frames"};
          is_idle = false;
          is_quiet = is_quiet && is_heartbeat(l->ends[1 - end].queue.front());
          w.play(of_end(w, *l, end, action::deliver));
        }
    for (auto slot : w.up())
      if (w.at(slot)->replica.has_work()) {
        is_idle = is_quiet = false;
        w.play({action::work, narrow(slot)});
      }
  }
  return !is_quiet;
}

void come_to_rest(world& w) {
  // Long steps let every timer run out and everything expire, short ones what depends on several ticks.
  constexpr std::uint32_t short_step_ms = 100;
  constexpr std::uint32_t long_step_ms = 60'000;
  // As many as it takes to look at every key.
  auto quiet_rounds_needed = 8 + w.parameters().keys / w.parameters().work_registers_max;
  std::size_t quiet_rounds = 0;
  random_source random{w.parameters().seed ^ 1};
  auto edges = connect(w.parameters().last_topology, w.up(), random);
  for (auto round = 0; quiet_rounds < quiet_rounds_needed; ++round) {
    if (round == rounds_max)
      throw violation{"a healed cluster comes to rest", "it still talks after " + std::to_string(round) + " rounds"};
    reconnect(w, edges);
    auto is_quiet = !deliver_all(w);
    for (auto slot : w.up()) {
      operation o{action::tick, narrow(slot)};
      if (slot == w.up().front())
        o.elapsed_ms = round % 4 == 3 ? long_step_ms : short_step_ms;
      w.play(o);
    }
    is_quiet = !deliver_all(w) && is_quiet;
    quiet_rounds = is_quiet ? quiet_rounds + 1 : 0;
  }
}

/// Silences all links but those of a line, and lets every replica write once more.
void fall_silent(world& w) {
  random_source random{w.parameters().seed ^ 2};
  auto line = connect(topology::line, w.up(), random);
  for (auto* l : w.links())
    for (std::size_t end = 0; end < 2; ++end)
      if (std::none_of(line.begin(), line.end(), [&](const edge& e) { return joins(*l, e); })) {
        auto o = of_end(w, *l, end, action::block);
        o.argument = 1;
        w.play(o);
      }
  for (auto slot : w.up())
    w.play({action::put, narrow(slot), 0, 0, static_cast<std::uint32_t>(random.next())});
}

std::set<std::uint32_t> live(world& w, std::size_t slot) {
  std::set<std::uint32_t> all;
  for (const auto& entries : w.watch(slot).live())
    all.insert(entries.begin(), entries.end());
  return all;
}

void check_end(world& w) {
  constexpr std::uint64_t patience_ms = 60'000;
  auto slots = w.up();
  const auto& events = w.events();
  auto first = live(w, slots[0]);
  const auto vector = w.at(slots[0])->replica.whole_vector();
  for (auto slot : slots) {
    const auto& r = w.at(slot)->replica;
    w.check_all(slot);
    auto mine = live(w, slot);
    for (const auto& [one, other, where] : {std::tuple{&first, &mine, slots[0]}, std::tuple{&mine, &first, slot}})
      for (auto number : *one)
        if (!other->contains(number))
          throw violation{"healed replicas converge", events.name(events[number].dot) + " of "
                                                        + key_name(events[number].key) + " is live at "
                                                        + events.name(w.at(where)->replica.id()) + " alone"};
    if (r.whole_vector() != vector)
      throw violation{"healed replicas know the same events",
                      events.name(vector) + " and " + events.name(r.whole_vector())};
    if (!r.caught_up() && !w.parameters().falls_silent)
      throw violation{"healed replicas have caught up", events.name(r.id())};
  }
  for (std::uint32_t number = 0; number < events.size(); ++number) {
    const auto& e = events[number];
    auto is_dead = std::any_of(e.superseded_by.begin(), e.superseded_by.end(),
                               [&](auto later) { return vector.covers(events[later].dot); });
    const auto has_expired = e.is_dropped;
    // Whatever is left of it, here or there, had time enough to go.
    if (first.contains(number) && (has_expired || e.expired(w.clock_ms(slots[0]) - patience_ms)))
      throw violation{"what has expired is gone", events.name(e.dot) + " of " + key_name(e.key)};
    if (first.contains(number) && is_dead)
      throw violation{"what was superseded stays dead", events.name(e.dot) + " of " + key_name(e.key)};
    if (e.is_put && !first.contains(number) && e.superseded_by.empty() && vector.covers(e.dot) && !has_expired)
      throw violation{"what was acknowledged is kept (I7)", events.name(e.dot) + " of " + key_name(e.key)};
    if (!w.parameters().crashes && !vector.covers(e.dot))
      throw violation{"without crashes every event arrives", events.name(e.dot) + " of " + key_name(e.key)};
    if (!w.parameters().crashes && e.is_put && !is_dead && !has_expired && !first.contains(number))
      throw violation{"without crashes every put is live that was not superseded", events.name(e.dot)};
  }
  if (w.parameters().last_topology == topology::mesh && !w.parameters().falls_silent)
    for (auto slot : slots) {
      const auto& r = w.at(slot)->replica;
      if (!r.is_acknowledged())
        throw violation{"healed replicas acknowledge each other's events", events.name(r.id())};
      if (!w.parameters().crashes && r.map().size() != r.key_count())
        throw violation{"an erased key costs nothing once all have acknowledged it", events.name(r.id())};
    }
}

/// What a receipt has called durable is known to all once a holder of it is back.
void check_receipts(const world& w) {
  const auto vector = w.at(w.up().front())->replica.whole_vector();
  for (const auto& dot : w.durable_receipts())
    if (!vector.covers(dot))
      throw violation{"what was durable is there after the start", w.events().name(dot)};
}

/// All know what is durable at each of them.
void check_disks(const world& w) {
  const auto& s = w.parameters();
  // What is lost of that is told with the next thing that becomes durable.
  if (s.hostile_links || s.old_neighbours || s.last_topology != topology::mesh)
    return;
  for (auto slot : w.up())
    for (auto other : w.up())
      for (auto own : w.at(slot)->replica.own_ids())
        if (w.at(slot)->replica.durable_at(w.at(other)->replica.id(), own) != (*w.durable_at(other))[own])
          throw violation{"all know what is durable where", w.events().name(w.at(slot)->replica.id()) + " of "
                                                              + w.events().name(w.at(other)->replica.id())};
}

/// All replicas stop at once, with all that they know on their disks, and come back.
void black_out(world& w) {
  const auto& s = w.parameters();
  operation o{action::blackout, 0};
  o.detail = s.journals_synced ? 1 : 0;
  const auto slots = w.up();
  for (auto slot : slots)
    w.commit_all(slot);
  come_to_rest(w);
  check_disks(w);
  std::vector<std::set<std::uint32_t>> before;
  for (auto slot : slots) {
    o.argument |= 1u << slot;
    w.commit_all(slot);
    before.push_back(live(w, slot));
  }
  w.play(o);
  for (std::size_t i = 0; i < slots.size(); ++i)
    // A process that has ended with a sync that failed can tell nobody of it.
    if (live(w, slots[i]) != before[i] && !w.was_wiped(slots[i]))
      throw violation{"a replica comes back as its disk has kept it", w.events().name(w.at(slots[i])->replica.id())};
  heal(w);
  come_to_rest(w);
}

} // namespace

void end(world& w) {
  heal(w);
  come_to_rest(w);
  if (w.parameters().falls_silent) {
    fall_silent(w);
    come_to_rest(w);
  }
  check_end(w);
  check_receipts(w);
  if (!w.parameters().journals || w.parameters().falls_silent)
    return;
  black_out(w);
  check_end(w);
  check_receipts(w);
}

} // namespace ariadne::simulation
