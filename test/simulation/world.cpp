#include "test/simulation/world.hpp"

#include "crdt/codec.hpp"
#include "crdt/invariant.hpp"
#include "test/support/unacknowledged_keys.hpp"

#include <algorithm>

namespace ariadne::simulation {

namespace {

constexpr std::uint64_t calls_between_full_checks = 64;
constexpr std::uint64_t drift_ms_max = 10'000;
constexpr std::uint64_t start_ms = 1'700'000'000'000;
constexpr std::uint64_t calls_between_knowledge_checks = 8;

/// At most this many links between two slots: the ones that one side has not noticed to be gone, and a new one.
constexpr std::size_t links_per_pair_max = 2;

bool joins(const link& l, std::size_t a, std::size_t b) {
  return (l.ends[0].slot == a && l.ends[1].slot == b) || (l.ends[0].slot == b && l.ends[1].slot == a);
}

link_end& end_at(link& l, std::size_t slot) {
  return l.ends[l.ends[0].slot == slot ? 0 : 1];
}

} // namespace

bool is_heartbeat(std::string_view frame) {
  auto message = crdt::decode(frame);
  return message && std::holds_alternative<crdt::heartbeat>(*message);
}

world::world(const scenario& s) : scenario_(s), history_(s.seed) {
  if (s.journals)
    for (std::size_t slot = 0; slot < slots_max; ++slot)
      disks_[slot].emplace(s.seed * slots_max + slot, s.journals_synced);
  for (std::size_t slot = 0; slot < s.slots_at_start; ++slot)
    start(slot);
}

void world::play(const operation& o) {
  ++played_;
  try {
    act(o);
  } catch (const crdt::broken_invariant& broken) {
    throw violation{"the invariants of a replica hold", broken.what()};
  }
}

void world::act(const operation& o) {
  now_ms_ += o.elapsed_ms;
  auto& acting = slots_[o.slot];
  switch (o.what) {
    case operation::action::put:
      if (acting)
        put(o);
      break;
    case operation::action::erase:
      if (acting)
        erase(o);
      break;
    case operation::action::deliver:
      deliver(o);
      break;
    case operation::action::tick:
      if (acting)
        tick(o);
      break;
    case operation::action::work:
      if (acting)
        work(o);
      break;
    case operation::action::open:
      open(o);
      break;
    case operation::action::close:
      if (auto* end = find_end(o, false); end != nullptr)
        close(*find_link(o), *end);
      break;
    case operation::action::set_push:
      set_push(o);
      break;
    case operation::action::block:
      set_blocked(o);
      break;
    case operation::action::set_clock:
      if (acting)
        set_clock(o);
      break;
    case operation::action::set_members:
      if (acting)
        set_members(o);
      break;
    case operation::action::crash:
      if (acting)
        crash(o.slot, o.detail);
      break;
    case operation::action::start:
      if (!acting)
        start(o.slot);
      break;
    case operation::action::commit:
      if (acting)
        commit(o);
      break;
    case operation::action::blackout:
      blackout(o);
      break;
  }
}

void world::work(const operation& o) {
  auto& replica = slots_[o.slot]->replica;
  if (!replica.has_work())
    return;
  tell([&] { return name(o.slot) + " works on"; });
  replica.work(clock_ms(o.slot));
  settle(o.slot);
}

void world::set_push(const operation& o) {
  auto* end = find_end(o, false);
  if (end == nullptr || end->push == (o.argument != 0))
    return;
  const auto id = find_link(o)->id;
  end->push = o.argument != 0;
  if (end->is != link_end::state::open)
    return;
  tell([&] {
    return name(o.slot) + (end->push ? " starts" : " stops") + " to push over link " + std::to_string(id.value);
  });
  slots_[o.slot]->replica.set_push(id, end->push, clock_ms(o.slot));
  settle(o.slot);
}

void world::set_blocked(const operation& o) {
  auto* end = find_end(o, true);
  if (end == nullptr || end->blocked == (o.argument != 0))
    return;
  end->blocked = o.argument != 0;
  tell([&] {
    return "nothing " + std::string{end->blocked ? "arrives" : "is held up"} + " from " + name(o.slot) + " at "
           + name(o.peer) + " any more";
  });
  if (end->blocked && scenario_.hostile_links)
    end->queue.clear();
}

void world::set_clock(const operation& o) {
  auto& acting = *slots_[o.slot];
  acting.clock_ms_max = std::max(acting.clock_ms_max, clock_ms(o.slot));
  acting.skew_ms = static_cast<std::int32_t>(o.argument);
  acting.skewed_at_ms = now_ms_;
  acting.rate_percent = 100 + static_cast<std::int32_t>(o.detail);
  broken_clocks_.try_emplace(o.slot, now_ms_);
  tell([&] {
    return "the clock of " + name(o.slot) + " jumps to " + std::to_string(acting.skew_ms) + " ms ahead, and runs at "
           + std::to_string(acting.rate_percent) + " %";
  });
}

std::uint64_t world::clock_ms(std::size_t slot) {
  auto& n = *slots_[slot];
  const auto passed = static_cast<std::int64_t>(now_ms_ - n.skewed_at_ms);
  const auto ahead = n.skew_ms + passed * (n.rate_percent - 100) / 100;
  const auto wall = static_cast<std::uint64_t>(static_cast<std::int64_t>(now_ms_) + ahead);
  // What others say is old here more often than not; so only where clocks are broken is it any help.
  if (!scenario_.broken_clocks)
    return wall;
  const auto believed = n.replica.read_clock(wall, now_ms_ - start_ms + 1);
  check_believed(slot, wall, believed);
  return believed;
}

std::vector<std::size_t> world::up() const {
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < slots_max; ++slot)
    if (slots_[slot])
      slots.push_back(slot);
  return slots;
}

// -- operations ------------------------------------------------------------------------------------------------------

void world::put(const operation& o) {
  auto& n = *slots_[o.slot];
  auto key = static_cast<std::uint32_t>(o.argument % scenario_.keys);
  event e;
  e.key = key;
  e.is_put = true;
  e.superseded = n.watch.live()[key];
  e.value = std::to_string(history_.size());
  e.value.resize(history_.size() % (scenario_.value_bytes_max + 1), '.');
  e.expires_at_ms = o.detail == 0 ? 0 : clock_ms(o.slot) + o.detail;
  auto bytes_before = n.replica.byte_count();
  auto dot = n.replica.put(key_name(key), crdt::shared_bytes{e.value}, clock_ms(o.slot), e.expires_at_ms);
  if (!dot) {
    auto bytes = bytes_before + key_name(key).size() + e.value.size();
    if (dot.error() != crdt::write_error::map_full || bytes <= scenario_.map_bytes_max)
      throw violation{"a put within the limits is accepted", std::string{to_string(dot.error())}};
    settle(o.slot);
    return;
  }
  ++n.counted.puts;
  note_rewritten(n, &e.superseded);
  tell([&] { return name(o.slot) + " puts " + key_name(key) + ": " + history_.name(*dot); });
  if (n.replica.byte_count() > std::max(bytes_before, scenario_.map_bytes_max))
    throw violation{"a put beyond the limits is refused", key_name(key)};
  e.dot = *dot;
  const auto* owner = n.replica.map().find(key_name(key));
  const auto value = owner == nullptr ? crdt::causal_register{} : n.replica.map().value(*owner);
  if (value.live_count() != 1 || value.live(0).dot != *dot)
    throw violation{"a put replaces all live entries", history_.name(*dot)};
  e.stamp = value.live(0).stamp;
  for (auto old : e.superseded)
    // What a clock that was wrong has let in is superseded all the same.
    if (history_[old].stamp >= e.stamp
        && (!scenario_.broken_clocks || history_[old].stamp.millis() <= clock_ms(o.slot) + drift_ms_max))
      throw violation{"the stamp of a put is greater than those it has seen", history_.name(*dot)};
  n.clock_ms_max = std::max(n.clock_ms_max, clock_ms(o.slot));
  if (e.stamp.millis() > (scenario_.broken_clocks ? clock_ms(o.slot) : n.clock_ms_max) + drift_ms_max)
    throw violation{"no clock is dragged along beyond the permitted drift", history_.name(*dot)};
  history_.add(std::move(e));
  settle(o.slot);
}

void world::erase(const operation& o) {
  auto& n = *slots_[o.slot];
  auto key = static_cast<std::uint32_t>(o.argument % scenario_.keys);
  if (o.detail > 0)
    return erase_one(o, key);
  auto is_readable = n.replica.get(key_name(key), clock_ms(o.slot)).has_value();
  event e;
  e.key = key;
  e.superseded = n.watch.live()[key];
  auto dot = n.replica.erase(key_name(key), clock_ms(o.slot));
  if (dot.has_value() != is_readable)
    throw violation{"an erase is an event if the key was readable", key_name(key)};
  if (dot) {
    ++n.counted.erases;
    tell([&] { return name(o.slot) + " erases " + key_name(key) + ": " + history_.name(*dot); });
    e.dot = *dot;
    history_.add(std::move(e));
  }
  settle(o.slot);
}

void world::erase_one(const operation& o, std::uint32_t key) {
  auto& n = *slots_[o.slot];
  const auto& live = n.watch.live()[key];
  if (live.empty())
    return;
  event e;
  e.key = key;
  e.superseded = {live[(o.detail - 1) % live.size()]};
  const auto& target = history_[e.superseded.front()];
  const auto is_readable = !target.expired(clock_ms(o.slot));
  auto dot = n.replica.erase(key_name(key), target.dot, clock_ms(o.slot));
  if (dot.has_value() != is_readable)
    throw violation{"an erase of one entry is an event if that was readable", history_.name(target.dot)};
  if (dot) {
    ++n.counted.erases;
    tell([&] {
      return name(o.slot) + " erases " + history_.name(target.dot) + " of " + key_name(key) + ": "
             + history_.name(*dot);
    });
    e.dot = *dot;
    e.left = live;
    std::erase(e.left, e.superseded.front());
    history_.add(std::move(e));
  }
  settle(o.slot);
}

void world::deliver(const operation& o) {
  auto* l = find_link(o);
  if (l == nullptr)
    return;
  auto& end = end_at(*l, o.peer);
  if (end.blocked || o.argument >= end.queue.size() || end.is == link_end::state::closed)
    return;
  auto position = end.queue.begin() + o.argument;
  auto frame = o.detail == 1 ? *position : std::move(*position);
  if (o.detail != 1)
    end.queue.erase(position);
  if (o.detail == 2) {
    tell(
      [&] { return "lost on link " + std::to_string(l->id.value) + " to " + name(o.peer) + ": " + describe(frame); });
    return;
  }
  if (end.is == link_end::state::unopened)
    open_end(*l, end);
  tell([&] { return name(o.peer) + " gets on link " + std::to_string(l->id.value) + ": " + describe(frame); });
  auto& n = *slots_[o.peer];
  if (auto message = crdt::decode(frame)) {
    if (const auto* delta = std::get_if<crdt::delta_view>(&*message); delta != nullptr && delta->header.full_state) {
      history_.note_full_state(delta->header.base);
      n.watch.note_full_state(delta->header.base);
    }
    if (const auto* hello = std::get_if<crdt::hello>(&*message); hello != nullptr && !end.promised)
      end.promised = hello->vector;
  }
  ++n.counted.frames_received;
  n.counted.bytes_received += frame.size();
  const auto registers_before = n.replica.counters().registers_received;
  const auto clock = clock_ms(o.peer);
  auto refused = n.replica.receive(l->id, frame, clock);
  n.counted.refusals += due_refusals(frame, n.replica.counters().registers_received - registers_before, clock);
  note_said(n, l->id, frame);
  note_said_durable(n, l->id, frame);
  settle(o.peer);
  if (refused)
    throw violation{"a frame of a sound replica is accepted", refused->reason};
}

void world::tick(const operation& o) {
  auto& n = *slots_[o.slot];
  struct memory {
    std::string key;
    crdt::version_vector context;
  };
  std::vector<memory> before;
  n.replica.map().for_each([&](const crdt::keyed_register& owner) {
    if (!owner.is_forgotten())
      before.push_back({std::string{owner.key()}, n.replica.map().value(owner).context()});
  });
  tell([&] { return name(o.slot) + " ticks at " + std::to_string(clock_ms(o.slot)); });
  n.replica.tick(clock_ms(o.slot));
  for (const auto& m : before) {
    const auto* owner = n.replica.map().find(m.key);
    if (owner != nullptr && n.replica.map().value(*owner).context().covers(m.context))
      continue;
    for (auto member : n.members)
      if (member != n.replica.id() && !n.replica.is_straggler(member) && !true_vector(member).covers(m.context))
        throw violation{"only what all members have acknowledged is forgotten (I4)",
                        m.key + ", which " + history_.name(member) + " has not acknowledged"};
    if (!n.replica.covers(m.context))
      throw violation{"only what the version vector covers is forgotten (I4)", m.key};
    if (is_patient_with_disks() && !is_durable_everywhere(n, m.context))
      throw violation{"only what is on all disks that count is forgotten (I4)", m.key};
  }
  check_dropped(o.slot);
  settle(o.slot);
}

void world::open(const operation& o) {
  if (!slots_[o.slot] || !slots_[o.peer] || o.slot == o.peer)
    return;
  auto between = std::count_if(active_.begin(), active_.end(), [&](link* l) { return joins(*l, o.slot, o.peer); });
  if (static_cast<std::size_t>(between) >= links_per_pair_max)
    return;
  auto& l = links_.emplace_back();
  l.id = {links_.size()};
  active_.push_back(&l);
  l.ends[0].slot = o.slot;
  l.ends[0].push = (o.argument & 1) != 0;
  l.ends[1].slot = o.peer;
  l.ends[1].push = (o.argument & 2) != 0;
  open_end(l, l.ends[0]);
  if ((o.argument & 4) == 0)
    open_end(l, l.ends[1]);
}

void world::close(link& l, link_end& end) {
  auto was_open = end.is == link_end::state::open;
  close_end(l, end);
  drop_dead_links();
  if (!was_open)
    return;
  tell([&] { return name(end.slot) + " closes link " + std::to_string(l.id.value); });
  auto& n = *slots_[end.slot];
  for (const auto& neighbour : n.replica.neighbours())
    if (neighbour.link == l.id)
      n.said.erase(neighbour.id);
  n.replica.close(l.id, clock_ms(end.slot));
  settle(end.slot);
}

void world::set_members(const operation& o) {
  auto& n = *slots_[o.slot];
  n.members.clear();
  for (std::size_t slot = 0; slot < scenario_.slots; ++slot)
    if ((o.argument >> slot & 1) != 0 && last_ids_[slot].value != 0)
      n.members.insert(last_ids_[slot]);
  tell([&] {
    auto text = "members of " + name(o.slot) + ':';
    for (auto id : n.members)
      text += ' ' + history_.name(id);
    return text;
  });
  n.replica.set_members(n.members);
  settle(o.slot);
}

void world::crash(std::size_t slot, std::uint32_t detail) {
  tell([&] { return name(slot) + (detail == 0 ? " crashes" : " crashes, and so does its disk"); });
  remains_[slots_[slot]->replica.id()] = slots_[slot]->replica.whole_vector();
  for (auto* l : active_)
    for (auto& end : l->ends)
      if (end.slot == slot)
        close_end(*l, end);
  slots_[slot].reset();
  drop_dead_links();
  if (auto& disk = disks_[slot]) {
    disk->crash((detail & 1) == 0);
    disk->suffer(static_cast<node_disk::trouble>(detail >> 1));
  }
}

void world::commit(const operation& o) {
  auto& disk = disks_[o.slot];
  if (!disk)
    return;
  if (o.detail > 0)
    disk->fail_soon(o.detail == 2);
  tell([&] { return name(o.slot) + " writes its journal"; });
  const auto has_ended = disk->commit(slots_[o.slot]->replica, o.argument, clock_ms(o.slot));
  durable_[last_ids_[o.slot]] = disk->promised();
  if (has_ended)
    crash(o.slot, static_cast<std::uint32_t>(o.elapsed_ms & 1));
  else
    settle(o.slot);
  // Somebody always runs.
  if (up().empty())
    start(o.slot);
}

void world::commit_all(std::size_t slot) {
  if (auto& disk = disks_[slot]) {
    disk->commit_all(slots_[slot]->replica, clock_ms(slot));
    durable_[last_ids_[slot]] = disk->promised();
    settle(slot);
  }
}

void world::blackout(const operation& o) {
  for (auto slot : up())
    crash(slot, o.detail);
  for (std::size_t slot = 0; slot < scenario_.slots; ++slot)
    if ((o.argument >> slot & 1) != 0)
      start(slot);
  if (up().empty())
    start(0);
}

void world::start(std::size_t slot) {
  crdt::replica_options options;
  options.id = history_.add_incarnation(slot);
  options.cluster = "simulation";
  options.node = std::string(1, static_cast<char>('a' + slot));
  options.limits.map_bytes_max = scenario_.map_bytes_max;
  options.drift_max_ms = drift_ms_max;
  options.clock_patience_ms = scenario_.clock_patience_ms;
  options.straggler_patience_ms = scenario_.straggler_patience_ms;
  options.patience_with_disks = {scenario_.disk_patience_ms, scenario_.disk_patience_registers};
  options.large_value_bytes = scenario_.large_value_bytes;
  options.part_bytes = scenario_.part_bytes;
  options.part_bytes_min = scenario_.part_bytes;
  options.window_bytes = scenario_.window_bytes;
  options.work_registers_max = scenario_.work_registers_max;
  options.forward_after_ms = scenario_.forward_after_ms;
  options.answer_within_ms = scenario_.answer_within_ms;
  options.heartbeat_every_ms = scenario_.heartbeat_every_ms;
  last_ids_[slot] = options.id;
  slots_[slot].emplace(std::move(options), history_, scenario_.keys, scenario_.broken_clocks);
  tell([&] { return name(slot) + " starts"; });
  if (!disks_[slot])
    return;
  disks_[slot]->start(slots_[slot]->replica, clock_ms(slot));
  durable_[last_ids_[slot]] = disks_[slot]->promised();
  // What the disk was to keep, and has not, its start has judged.
  for (auto& [dot, holders] : receipts_)
    if (!slots_[slot]->replica.covers(dot))
      holders.erase(slot);
  settle(slot);
}

// -- links -----------------------------------------------------------------------------------------------------------

link* world::find_link(const operation& o) {
  auto left = o.age;
  for (auto position = active_.rbegin(); position != active_.rend(); ++position)
    if (joins(**position, o.slot, o.peer) && left-- == 0)
      return *position;
  return nullptr;
}

link_end* world::find_end(const operation& o, bool of_peer) {
  auto* l = find_link(o);
  return l == nullptr ? nullptr : &end_at(*l, of_peer ? o.peer : o.slot);
}

std::uint8_t world::age(const link& l) const {
  std::uint8_t newer = 0;
  for (const auto* other : active_)
    if (joins(*other, l.ends[0].slot, l.ends[1].slot) && other->id > l.id)
      ++newer;
  return newer;
}

void world::open_end(link& l, link_end& end) {
  end.is = link_end::state::open;
  tell([&] { return name(end.slot) + " opens link " + std::to_string(l.id.value) + (end.push ? " and pushes" : ""); });
  // Every other link is with a neighbour of before pieces, if there are any.
  const auto version =
    scenario_.old_neighbours && l.id.value % 2 == 0 ? crdt::codec_versions.min : crdt::codec_versions.max;
  slots_[end.slot]->replica.open(l.id, end.push, clock_ms(end.slot), version);
  settle(end.slot);
}

void world::close_end(link& l, link_end& end) {
  end.is = link_end::state::closed;
  end.queue.clear();
  // Nobody opens an end to a peer that has gone already, save to read what it has left.
  auto& other = l.ends[&end == &l.ends[0] ? 1 : 0];
  if (other.is == link_end::state::unopened && other.queue.empty())
    other.is = link_end::state::closed;
}

void world::drop_dead_links() {
  std::erase_if(active_, [](link* l) {
    return !l->has_end_open() && std::all_of(l->ends.begin(), l->ends.end(), [](const link_end& end) {
      return end.is == link_end::state::closed || end.queue.empty();
    });
  });
}

void world::settle(std::size_t slot) {
  auto& n = *slots_[slot];
  for (auto& frame : n.replica.take_frames()) {
    ++n.counted.frames_sent;
    n.counted.bytes_sent += frame.bytes.size();
    auto& l = links_[frame.link.value - 1];
    auto& end = end_at(l, l.ends[0].slot == slot ? l.ends[1].slot : l.ends[0].slot);
    if (end_at(l, slot).is == link_end::state::open && end.is != link_end::state::closed
        && !(end.blocked && scenario_.hostile_links))
      end.queue.push_back(std::move(frame.bytes));
  }
  note_rewritten(n);
  n.replica.check_invariants();
  n.watch.check_step(n.replica, n.replica.take_changes());
  ++calls_[slot];
  if (calls_[slot] % calls_between_knowledge_checks == 0)
    check_knowledge(slot);
  if (calls_[slot] % calls_between_full_checks == 0)
    check_all(slot);
}

void world::note_rewritten(node& n, std::vector<std::uint32_t>* seen) {
  for (auto& rewritten : n.replica.take_rewritten()) {
    event e;
    e.dot = rewritten.after.dot;
    e.key = key_number(rewritten.key);
    e.is_put = !rewritten.is_erased;
    e.stamp = rewritten.after.stamp;
    e.expires_at_ms = rewritten.after.expires_at_ms;
    e.value = rewritten.after.value.view();
    const auto before = history_.find(rewritten.before);
    e.superseded = {before};
    e.left = n.watch.live()[e.key];
    std::erase(e.left, before);
    if (e.is_put
        && (e.value != history_[before].value || (e.expires_at_ms == 0) != (history_[before].expires_at_ms == 0)))
      throw violation{"an event that is written again says the same", history_.name(rewritten.before)};
    tell([&] {
      return history_.name(e.dot) + (rewritten.is_erased ? " erases " : " stands for ")
             + history_.name(rewritten.before);
    });
    const auto after = history_.add(std::move(e));
    if (seen != nullptr)
      std::replace(seen->begin(), seen->end(), before, after);
  }
}

// -- checks ----------------------------------------------------------------------------------------------------------

void world::note_said(node& n, crdt::link_id link, std::string_view frame) {
  const auto message = crdt::decode(frame);
  if (!message)
    return;
  const auto* heartbeat = std::get_if<crdt::heartbeat>(&*message);
  const auto* hello = std::get_if<crdt::hello>(&*message);
  if (heartbeat == nullptr && hello == nullptr)
    return;
  const auto& clock = heartbeat != nullptr ? heartbeat->clock : hello->clock;
  const auto ahead = static_cast<std::int64_t>(clock.believed_ms - now_ms_);
  for (const auto& neighbour : n.replica.neighbours())
    if (neighbour.link == link && neighbour.id.value != 0) {
      auto& said = n.said[neighbour.id];
      said.push_back({now_ms_, ahead});
      while (said.front().heard_ms + 60'000 < now_ms_)
        said.pop_front();
    }
}

void world::note_said_durable(node& n, crdt::link_id link, std::string_view frame) {
  const auto message = crdt::decode(frame);
  if (!message)
    return;
  const auto* hello = std::get_if<crdt::hello>(&*message);
  const auto* ack = std::get_if<crdt::ack>(&*message);
  for (const auto& neighbour : n.replica.neighbours()) {
    if (neighbour.link != link || neighbour.id.value == 0)
      continue;
    if (hello != nullptr && hello->has_journal)
      n.told_durable[neighbour.node][neighbour.id].join(hello->durable);
    if (ack != nullptr && n.told_durable.contains(neighbour.node))
      n.told_durable[neighbour.node][neighbour.id].join(ack->durable);
  }
}

bool world::is_patient_with_disks() const {
  return !scenario_.broken_clocks && now_ms_ - start_ms + scenario_.skew_ms_max < scenario_.disk_patience_ms
         && history_.size() < scenario_.disk_patience_registers;
}

bool world::is_durable_everywhere(const node& n, const crdt::version_vector& context) const {
  const auto own = durable_.find(n.replica.id());
  return (own == durable_.end() || own->second.covers(context))
         && std::all_of(n.told_durable.begin(), n.told_durable.end(), [&](const auto& of_node) {
              return std::any_of(of_node.second.begin(), of_node.second.end(),
                                 [&](const auto& told) { return told.second.covers(context); });
            });
}

void world::check_believed(std::size_t slot, std::uint64_t wall_ms, std::uint64_t believed_ms) {
  const auto error_ms = [this](std::uint64_t ms) { return std::max(ms, now_ms_) - std::min(ms, now_ms_); };
  auto& n = *slots_[slot];
  if (!n.began_right)
    n.began_right = error_ms(wall_ms) <= drift_ms_max;
  // What is on its way for a minute is old when it comes.
  constexpr std::uint64_t jump_ms_min = 600'000;
  const auto broken = broken_clocks_.find(slot);
  // Then the others have never said anything wrong.
  const auto is_alone = broken != broken_clocks_.end() && broken_clocks_.size() == 1;
  if (is_alone && *n.began_right && now_ms_ - broken->second < scenario_.clock_patience_ms
      && error_ms(believed_ms) > jump_ms_min)
    throw violation{"a wall clock that jumps is not believed", name(slot)};
}

bool world::knows_better(const node& n) const {
  std::size_t heard = 1;
  std::size_t sound = 0;
  for (const auto& [id, said] : n.said) {
    if (said.back().heard_ms + 30'000 < now_ms_)
      continue;
    ++heard;
    sound += std::all_of(said.begin(), said.end(),
                         [](const auto& s) { return s.ahead_ms <= static_cast<std::int64_t>(drift_ms_max); });
  }
  return sound > 0 && 2 * sound >= heard;
}

void world::check_dropped(std::size_t slot) {
  auto& n = *slots_[slot];
  note_rewritten(n);
  for (const auto& live : n.watch.live())
    for (auto number : live) {
      const auto& e = history_[number];
      if (e.expires_at_ms == 0)
        continue;
      const auto* owner = n.replica.map().find(key_name(e.key));
      if (owner != nullptr && n.replica.map().value(*owner).has_live(e.dot))
        continue;
      if (std::any_of(e.superseded_by.begin(), e.superseded_by.end(),
                      [&](auto later) { return n.replica.covers(history_[later].dot); }))
        continue;
      if (e.expires_at_ms + drift_ms_max > clock_ms(slot))
        throw violation{"an entry outlives its expiry by the permitted drift", history_.name(e.dot)};
      if (knows_better(n) && e.expires_at_ms > now_ms_ + drift_ms_max)
        throw violation{"a wrong clock drops nothing before its time", history_.name(e.dot)};
      history_.note_dropped(number);
    }
}

std::uint64_t world::due_refusals(std::string_view frame, std::uint64_t registers, std::uint64_t clock) const {
  const auto message = crdt::decode(frame);
  if (registers == 0 || !message || !std::holds_alternative<crdt::delta_view>(*message))
    return 0;
  std::uint64_t due = 0;
  std::get<crdt::delta_view>(*message).for_each_register(
    [&](std::string_view, const crdt::causal_register& value, const auto&) {
      auto is_due = false;
      for (std::size_t i = 0; i < value.live_count(); ++i)
        is_due = is_due || value.live(i).stamp.millis() > clock + drift_ms_max;
      due += is_due ? 1 : 0;
    });
  return due;
}

crdt::version_vector world::true_vector(crdt::replica_id id) const {
  for (const auto& slot : slots_)
    if (slot && slot->replica.id() == id)
      return slot->replica.whole_vector();
  return remains_.at(id);
}

void world::check_knowledge(std::size_t slot) {
  const auto& n = *slots_[slot];
  const auto mine = n.replica.whole_vector();
  for (const auto& neighbour : n.replica.neighbours()) {
    std::uint64_t lag = 0;
    if (neighbour.id.value != 0) {
      const auto theirs = true_vector(neighbour.id);
      for (const auto& d : difference(mine, theirs))
        lag += d.counter - theirs[d.replica];
    }
    if (neighbour.lag_events < lag)
      throw violation{"nobody is believed to have what it has not acknowledged",
                      history_.name(n.replica.id()) + " of " + history_.name(neighbour.id)};
    auto& l = links_[neighbour.link.value - 1];
    const auto& promised = end_at(l, slot).promised;
    if (neighbour.caught_up && !(promised && mine.covers(*promised)))
      throw violation{"a link is caught up when all that it promised has come", history_.name(n.replica.id())};
  }
  check_acknowledged(n);
  check_durable(slot);
}

void world::check_durable(std::size_t slot) {
  const auto& n = *slots_[slot];
  const auto* own_disk = n.replica.durable();
  if (own_disk != nullptr && !durable_at(slot)->covers(*own_disk))
    throw violation{"nothing is taken for durable before it is on the disk", "at " + history_.name(n.replica.id())};
  for (std::size_t other = 0; other < slots_max; ++other)
    for (auto own : n.replica.own_ids()) {
      const auto told = n.replica.durable_at(last_ids_[other], own);
      if (!told || *told == 0)
        continue;
      if ((*durable_at(other))[own] < *told)
        throw violation{"nothing is taken for durable before it is on the disk",
                        history_.name({own, *told}) + " at " + history_.name(last_ids_[other])};
      for (auto counter = *told; counter > 0 && receipts_[{own, counter}].insert(other).second; --counter)
        ;
    }
}

std::vector<crdt::dot> world::durable_receipts() const {
  std::vector<crdt::dot> result;
  for (const auto& [dot, holders] : receipts_)
    if (std::any_of(holders.begin(), holders.end(), [this](auto slot) { return slots_[slot].has_value(); }))
      result.push_back(dot);
  return result;
}

void world::check_acknowledged(const node& n) const {
  auto keys = test::unacknowledged_keys(n.replica);
  if (n.replica.is_acknowledged() && !keys.empty())
    throw violation{"acknowledged means that no key is not", history_.name(n.replica.id())};
  for (auto id : n.replica.ids_of_node())
    check_acknowledged(n, id, keys);
}

void world::check_acknowledged(const node& n, crdt::replica_id id, const std::vector<std::string>& keys) const {
  auto written = n.replica.vector()[id];
  auto held = written;
  for (auto member : n.members)
    if (member != n.replica.id())
      held = std::min(held, true_vector(member)[id]);
  if (n.replica.is_acknowledged() && held < written)
    throw violation{"acknowledged means that all members have it", history_.name(id)};
  for (auto counter = held + 1; counter <= written; ++counter) {
    auto number = history_.find({id, counter});
    const auto& e = history_[number];
    if (n.watch.is_live(number) && !std::binary_search(keys.begin(), keys.end(), key_name(e.key)))
      throw violation{"the keys that a member lacks are named", history_.name(e.dot) + " of " + key_name(e.key)};
  }
}

void world::check_all(std::size_t slot) {
  auto& n = *slots_[slot];
  n.watch.check_all(n.replica, clock_ms(slot));
  const auto& counters = n.replica.counters();
  if (counters.divergences > 0)
    throw violation{"fingerprints of equal version vectors are equal", name(slot)};
  auto tie = [](const crdt::replica_counters& c) {
    return std::tie(c.puts, c.erases, c.frames_sent, c.frames_received, c.bytes_sent, c.bytes_received, c.refusals);
  };
  if (!scenario_.broken_clocks && counters.refusals > 0)
    throw violation{"nothing of a sound replica is refused", name(slot)};
  if (tie(counters) != tie(n.counted))
    throw violation{"the counters count what happens", name(slot)};
}

// -- trace -----------------------------------------------------------------------------------------------------------

std::string world::name(std::size_t slot) const {
  return slots_[slot] ? history_.name(slots_[slot]->replica.id()) : std::string(1, static_cast<char>('a' + slot));
}

std::string world::describe(std::string_view frame) const {
  auto decoded = crdt::decode(frame);
  if (!decoded)
    return "garbage";
  struct visitor {
    const history& events;

    std::string operator()(const crdt::hello& m) const {
      return "hello of " + events.name(m.id) + ", stream " + std::to_string(m.stream) + ", vector "
             + events.name(m.vector) + ", forgotten " + events.name(m.forgotten)
             + (m.retired ? ", retired " + events.name(*m.retired) : "") + (m.push ? ", pushes" : "")
             + (m.answer_wanted ? ", wants an answer" : "") + (m.full_state_wanted ? ", wants the full state" : "");
    }
    std::string operator()(const crdt::delta_view& m) const {
      auto text = "delta " + std::to_string(m.header.number) + " of stream " + std::to_string(m.header.stream);
      if (m.header.full_state)
        text += ", full state";
      if (!m.header.base.empty())
        text += ", base " + events.name(m.header.base);
      m.for_each_register([&](std::string_view key, const crdt::causal_register& value, const auto& references) {
        text += ", " + std::string{key} + " [";
        for (std::size_t i = 0; i < value.live_count(); ++i)
          text += (i > 0 ? " " : "") + events.name(value.live(i).dot);
        text += "] context " + events.name(value.context());
        for (const auto& reference : references)
          text += ", refers to " + events.name(reference.dot);
      });
      if (m.trailer.last)
        text += ", last, cut " + events.name(m.trailer.cut);
      if (!m.trailer.forgotten.empty())
        text += ", forgotten " + events.name(m.trailer.forgotten);
      return text;
    }
    std::string operator()(const crdt::ack& m) const {
      return "ack " + std::to_string(m.number) + " of stream " + std::to_string(m.stream) + ", vector "
             + events.name(m.vector);
    }
    std::string operator()(const crdt::sources& m) const {
      std::string text = "sources";
      for (auto id : m.ids)
        text += ' ' + events.name(id);
      return text;
    }
    std::string operator()(const crdt::heartbeat& m) const {
      return m.ahead ? "heartbeat, ahead" : "heartbeat";
    }
    std::string operator()(const crdt::refusal& m) const {
      return "refusal: " + m.reason;
    }
    std::string operator()(const crdt::piece& m) const {
      return "piece " + std::to_string(m.number) + " of stream " + std::to_string(m.stream) + ": " + events.name(m.dot)
             + " from " + std::to_string(m.offset) + ", " + std::to_string(m.bytes.size()) + " of "
             + std::to_string(m.length) + " bytes";
    }
    std::string operator()(const crdt::arrival& m) const {
      auto text = "arrival of " + std::to_string(m.arrived) + " of stream " + std::to_string(m.stream);
      if (m.value.dot.counter != 0)
        text += ", " + std::to_string(m.value.bytes) + " bytes of " + events.name(m.value.dot);
      return text;
    }
  };
  return std::visit(visitor{history_}, *decoded);
}

} // namespace ariadne::simulation
