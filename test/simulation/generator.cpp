#include "test/simulation/generator.hpp"

#include "test/simulation/late_event_story.hpp"
#include "test/simulation/orphan_story.hpp"
#include "test/simulation/retirement_story.hpp"
#include "test/simulation/torn_state_story.hpp"

#include <algorithm>

namespace ariadne::simulation {

namespace {

using action = operation::action;

/// Beyond the permitted drift, on top of all other skew.
constexpr std::uint32_t broken_clock_ms = 15'000;

bool is_whole(const link& l) {
  return l.ends[0].is != link_end::state::closed && l.ends[1].is != link_end::state::closed;
}

} // namespace

generator::generator(const scenario& s)
  : scenario_(s), random_(~s.seed), disk_random_(s.seed ^ 0x6a6f'7572), operations_left_(s.operations) {}

std::optional<operation> generator::next(const world& w) {
  if (!has_begun_) {
    has_begun_ = true;
    reconnect(w, scenario_.first_topology);
  }
  if (operations_left_ == 0 && !is_ending_) {
    is_ending_ = true;
    story_.reset();
    if (scenario_.ends_with_orphans && w.up().size() > 2)
      story_ = std::make_unique<orphan_story>(w, random_);
    else if (scenario_.ends_with_torn_state && w.up().size() > 3)
      story_ = std::make_unique<torn_state_story>(w, random_);
  }
  if (!is_ending_ && phase_.operations_left == 0)
    begin_phase(w);
  std::optional<operation> o;
  if (story_)
    o = story_->next(w);
  if (!o) {
    story_.reset();
    if (is_ending_)
      return std::nullopt;
    --phase_.operations_left;
    o = draw(w);
  }
  if (!is_ending_)
    --operations_left_;
  o->elapsed_ms = time_passes();
  return o;
}

operation generator::draw(const world& w) {
  if (scenario_.journals && disk_random_.chance(25))
    return journal(w);
  if (!planned_.empty() && random_.chance(50)) {
    auto o = planned_.front();
    planned_.pop_front();
    return o;
  }
  auto dice = random_.below(phase_.write + phase_.deliver + phase_.tick + phase_.trouble);
  if (dice < phase_.write)
    return write(w);
  if (dice -= phase_.write; dice < phase_.deliver)
    return deliver(w);
  if (dice -= phase_.deliver; dice < phase_.tick)
    return tick(w);
  return random_.chance(60) ? repair(w) : trouble(w);
}

void generator::begin_phase(const world& w) {
  phase_.operations_left = random_.between(20, 200);
  phase_.write = random_.pick<std::uint64_t>({0, 10, 40});
  phase_.deliver = random_.pick<std::uint64_t>({5, 40, 100});
  phase_.tick = random_.pick<std::uint64_t>({1, 10, 30});
  phase_.trouble = random_.pick<std::uint64_t>({1, 4, 15});
  if (scenario_.crashes && scenario_.members_differ && random_.chance(15) && w.up().size() > 2)
    story_ = std::make_unique<retirement_story>(w, random_);
  else if (w.up().size() > 3 && random_.chance(10))
    story_ = std::make_unique<late_event_story>(w, random_);
}

std::uint32_t generator::time_passes() {
  // Now and then nothing happens for so long that every timer runs out.
  if (random_.below(200) == 0)
    return static_cast<std::uint32_t>(random_.below(15'000));
  return static_cast<std::uint32_t>(random_.below(scenario_.step_ms_max + 1));
}

std::size_t generator::pick_slot(const world& w) {
  auto slot = random_.below(scenario_.slots);
  while (!w.at(slot))
    slot = (slot + 1) % scenario_.slots;
  return slot;
}

operation generator::write(const world& w) {
  operation o;
  o.what = random_.chance(scenario_.erase_percent) ? action::erase : action::put;
  o.slot = narrow(pick_slot(w));
  o.argument = static_cast<std::uint32_t>(random_.below(scenario_.keys));
  if (o.what == action::put && random_.chance(scenario_.expiry_percent))
    o.detail = static_cast<std::uint32_t>(random_.between(1, 30'000));
  if (o.what == action::erase && random_.chance(25))
    o.detail = static_cast<std::uint32_t>(random_.between(1, 4));
  return o;
}

operation generator::deliver(const world& w) {
  const auto& links = w.links();
  auto first = random_.below(links.size() * 2);
  for (std::size_t i = 0; i < links.size() * 2; ++i) {
    auto position = (first + i) % (links.size() * 2);
    const auto& l = *links[position / 2];
    const auto& to = l.ends[position % 2];
    const auto& from = l.ends[1 - position % 2];
    if (to.blocked || to.queue.empty() || to.is == link_end::state::closed)
      continue;
    // Every fifth link is slow.
    if (l.id.value % 5 == 0 && random_.chance(85))
      continue;
    operation o;
    o.what = action::deliver;
    o.slot = narrow(from.slot);
    o.peer = narrow(to.slot);
    o.age = w.age(l);
    if (scenario_.hostile_links) {
      if (random_.chance(50))
        o.argument = static_cast<std::uint32_t>(random_.below(to.queue.size()));
      if (random_.chance(scenario_.repeat_percent))
        o.detail = 1;
      else if (random_.chance(scenario_.loss_percent))
        o.detail = 2;
    }
    return o;
  }
  return random_.chance(50) ? tick(w) : write(w);
}

operation generator::tick(const world& w) {
  operation o;
  o.what = random_.chance(20) ? action::work : action::tick;
  o.slot = narrow(pick_slot(w));
  return o;
}

operation generator::journal(const world& w) {
  operation o;
  if (disk_random_.below(150) == 0) {
    o.what = action::blackout;
    o.argument = disk_random_.chance(60) ? ~0u : static_cast<std::uint32_t>(disk_random_.next());
    o.detail = draw_disk_trouble();
    return o;
  }
  o.what = action::commit;
  o.slot = narrow(disk_random_.below(scenario_.slots));
  while (!w.at(o.slot))
    o.slot = narrow((o.slot + 1) % scenario_.slots);
  o.argument = static_cast<std::uint32_t>(disk_random_.pick({1, 3, 100}));
  if (scenario_.disk_faults && disk_random_.chance(3))
    o.detail = disk_random_.chance(50) ? 1 : 2;
  return o;
}

std::uint32_t generator::draw_disk_trouble() {
  const auto power = disk_random_.chance(50) ? 1u : 0u;
  if (!scenario_.disk_faults || disk_random_.chance(70))
    return power;
  return power | disk_random_.pick({2u, 4u});
}

operation generator::trouble(const world& w) {
  operation o;
  o.slot = narrow(pick_slot(w));
  const auto& links = w.links();
  if (links.empty())
    return repair(w);
  const auto& l = *links[random_.below(links.size())];
  auto end = random_.below(2);
  auto of_link = [&](action what, bool on) {
    o.what = what;
    o.slot = narrow(l.ends[end].slot);
    o.peer = narrow(l.ends[1 - end].slot);
    o.age = w.age(l);
    o.argument = on ? 1 : 0;
  };
  switch (random_.below(8)) {
    case 0:
    case 1:
      of_link(action::close, false);
      break;
    case 2:
      of_link(action::set_push, random_.chance(50));
      break;
    case 3:
      if (scenario_.partitions)
        of_link(action::block, true);
      else
        of_link(action::close, false);
      break;
    case 4:
      o.what = action::set_clock;
      o.argument = static_cast<std::uint32_t>(random_.below(scenario_.skew_ms_max + 1));
      if (scenario_.broken_clocks && random_.chance(60)) {
        o.argument += random_.pick<std::uint32_t>({0, broken_clock_ms, 3'600'000});
        if (random_.chance(40))
          o.argument = -o.argument;
        o.detail = static_cast<std::uint32_t>(random_.pick<std::int32_t>({0, 0, 0, -100, -50, 50, 1'000}));
      }
      break;
    case 5:
      if (scenario_.members_differ) {
        o.what = action::set_members;
        o.argument = static_cast<std::uint32_t>(random_.below(1u << scenario_.slots));
      }
      break;
    case 6:
      if (scenario_.crashes && w.up().size() > 1)
        o.what = action::crash;
      if (scenario_.journals)
        o.detail = draw_disk_trouble();
      break;
    case 7:
      if (random_.chance(20))
        reconnect(w, pick_topology(random_));
      break;
  }
  return o;
}

operation generator::repair(const world& w) {
  operation o;
  auto slots = w.up();
  // A link that the other side has closed is noticed sooner or later, and so is one that nothing comes through.
  for (const auto* l : w.links())
    for (std::size_t end = 0; end < 2; ++end) {
      auto is_alone = l->ends[end].is == link_end::state::open && l->ends[1 - end].is == link_end::state::closed;
      if ((is_alone || l->ends[end].blocked) && random_.chance(30)) {
        o.slot = narrow(l->ends[end].slot);
        o.peer = narrow(l->ends[1 - end].slot);
        o.age = w.age(*l);
        if (is_alone) {
          o.what = action::close;
        } else {
          std::swap(o.slot, o.peer);
          o.what = action::block;
        }
        return o;
      }
    }
  if (slots.size() < scenario_.slots && random_.chance(40)) {
    auto slot = random_.below(scenario_.slots);
    while (w.at(slot))
      slot = (slot + 1) % scenario_.slots;
    o.what = action::start;
    o.slot = narrow(slot);
    slots.push_back(slot);
    planned_.clear();
    edges_ = connect(scenario_.first_topology, slots, random_);
    return o;
  }
  if (random_.chance(30)) {
    o.what = action::set_members;
    o.slot = narrow(pick_slot(w));
    for (auto slot : slots)
      o.argument |= 1u << slot;
    return o;
  }
  if (!edges_.empty()) {
    const auto& e = edges_[random_.below(edges_.size())];
    auto is_there = std::any_of(w.links().begin(), w.links().end(), [&](const link* l) {
      return is_whole(*l) && std::min(l->ends[0].slot, l->ends[1].slot) == std::min(e.a, e.b)
             && std::max(l->ends[0].slot, l->ends[1].slot) == std::max(e.a, e.b);
    });
    if (!is_there || random_.chance(5)) {
      o.what = action::open;
      o.slot = narrow(e.a);
      o.peer = narrow(e.b);
      o.argument = (e.a_pushes ? 1u : 0) | (e.b_pushes ? 2u : 0) | (random_.chance(30) ? 4u : 0);
      if (random_.chance(50)) {
        std::swap(o.slot, o.peer);
        o.argument = (o.argument & 4) | (e.b_pushes ? 1u : 0) | (e.a_pushes ? 2u : 0);
      }
      return o;
    }
  }
  return tick(w);
}

void generator::reconnect(const world& w, topology t) {
  planned_.clear();
  edges_ = connect(t, w.up(), random_);
  for (auto slot : w.up()) {
    operation o;
    o.what = action::set_members;
    o.slot = narrow(slot);
    for (auto member : w.up())
      o.argument |= 1u << member;
    planned_.push_back(o);
  }
  for (const auto* l : w.links())
    for (std::size_t end = 0; end < 2; ++end) {
      operation o;
      o.slot = narrow(l->ends[end].slot);
      o.peer = narrow(l->ends[1 - end].slot);
      o.age = w.age(*l);
      o.what = random_.chance(50) ? action::set_push : action::close;
      planned_.push_back(o);
    }
  for (const auto& e : edges_) {
    operation o;
    o.what = action::open;
    o.slot = narrow(e.a);
    o.peer = narrow(e.b);
    o.argument = (e.a_pushes ? 1u : 0) | (e.b_pushes ? 2u : 0);
    planned_.push_back(o);
  }
}

} // namespace ariadne::simulation
