#include "test/fuzz/hostile_play.hpp"

#include "crdt/codec.hpp"

#include "test/fuzz/finding.hpp"
#include "test/support/map_audit.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::fuzz {

using namespace crdt;

namespace {

constexpr replica_id our_id{1};
constexpr replica_id honest_id{2};
/// Those that hostile neighbours claim to be.
constexpr std::uint64_t first_hostile_id = 5;

constexpr std::size_t hostile_links_max = 3;
constexpr std::size_t seen_max = 16;

/// What a replica may hold for each byte that it was told, and besides. The dearest is a register with a short key and
/// a context of one dot, far from all others of its replica: 7 bytes in a frame.
constexpr std::size_t held_per_byte_max = 64;
constexpr std::size_t held_bytes_min = 64u << 10;

replica_options options_of(replica_id id) {
  replica_options options;
  options.id = id;
  options.cluster = "crete";
  options.limits = {key_bytes_max, value_bytes_max, 1024};
  options.part_bytes = 256;
  options.window_bytes = 4096;
  options.work_registers_max = 64;
  return options;
}

replica_options read_options(script& choices) {
  auto options = options_of(our_id);
  options.part_bytes = choices.pick<std::size_t>({1, 64, 1024});
  options.window_bytes = choices.pick<std::size_t>({1, 128, 4096});
  options.work_registers_max = choices.pick<std::size_t>({1, 3, 64});
  return options;
}

/// Whether `heir` has all live entries of `owner`, but for those that expire, and those that their own register says to
/// be superseded, which no sound replica writes.
bool holds_all_of(const replica& heir, const replica& owner) {
  auto result = true;
  owner.map().for_each([&](const keyed_register& kept) {
    const auto value = owner.map().value(kept);
    const auto* found = heir.map().find(kept.key());
    const auto inherited = found == nullptr ? causal_register{} : heir.map().value(*found);
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      const auto& e = value.live(i);
      if (e.expires_at_ms == 0 && !value.superseded().covers(e.dot))
        result = result && inherited.has_live(e.dot);
    }
  });
  return result;
}

/// What a replica holds, for people.
std::string to_string(const replica& r) {
  auto text = "vector " + crdt::to_string(r.vector()) + ", retired " + crdt::to_string(r.retired()) + '\n';
  r.map().for_each([&](const keyed_register& owner) {
    const auto value = r.map().value(owner);
    text += std::string{owner.key()} + ": " + std::to_string(value.live_count()) + " live";
    for (std::size_t i = 0; i < std::min<std::size_t>(value.live_count(), 8); ++i)
      text += ' ' + crdt::to_string(value.live(i).dot);
    text += ", superseded " + crdt::to_string(value.superseded()) + '\n';
  });
  return text;
}

} // namespace

hostile_play::hostile_play(script choices)
  : choices_(choices), now_ms_(1'700'000'000'000), ours_(std::make_unique<replica>(read_options(choices_))),
    watch_(*ours_), honest_(options_of(honest_id)) {}

void hostile_play::run() {
  while (!choices_.done())
    step();
  watch_.check_all(now_ms_);
  const auto wrong = test::audit(ours_->map());
  require(wrong.empty(), wrong);
}

void hostile_play::step() {
  switch (choices_.below(24)) {
    case 0:
    case 1:
      return put();
    case 2:
      return erase();
    case 3:
      return pass_time();
    case 4:
      return choices_.flag() ? work() : work_off();
    case 5:
      return set_members();
    case 6:
      return open_hostile();
    case 7:
      return choices_.flag() ? close_hostile() : disconnect_honest();
    case 8:
      return connect_honest();
    case 9:
      return write_honest();
    case 10:
    case 11:
      return deliver_to_honest();
    case 12:
    case 13:
      return deliver_from_honest();
    case 14:
      return say_old();
    case 15:
      return say(std::string{choices_.bytes(choices_.byte())});
    default:
      break;
  }
  auto* liar = pick_hostile();
  if (liar == nullptr)
    return open_hostile();
  frame_forger forger{choices_, *ours_, *liar};
  switch (choices_.below(8)) {
    case 0:
      return say(forger.ack());
    case 1:
      return say(forger.sources());
    case 2:
      return say(forger.heartbeat());
    case 3:
      return say(choices_.below(8) == 0 ? forger.refusal() : forger.hello());
    case 4:
      return say(forger.hello());
    default:
      return say(forger.delta());
  }
}

// -- what our replica does -------------------------------------------------------------------------------------------

template <class Action>
auto hostile_play::ours(Action act) {
  std::size_t peak = 0;
  auto result = [&] {
    allocation_meter meter;
    auto answer = act(*ours_);
    peak = meter.peak();
    return answer;
  }();
  require(peak <= held_bytes_min + held_per_byte_max * told_bytes_, "a step takes too much memory");
  for (const auto& event : ours_->take_rewritten()) {
    watch_.note_rewritten(event);
    ++writes_;
  }
  watch_.check(now_ms_);
  require(ours_->vector()[our_id] == writes_, "our own events are not those that have happened");
  take_frames();
  ours_->take_changes();
  return result;
}

void hostile_play::put() {
  const auto key = pick_key(choices_);
  const auto value = choices_.bytes(choices_.below(value_bytes_max + 2));
  const auto expires_at_ms = choices_.below(8) == 0 ? now_ms_ + 1000 * choices_.byte() : 0;
  watch_.note_write(key);
  told_bytes_ += key.size() + value.size();
  const auto before = ours_->vector()[our_id];
  auto written = ours([&](replica& r) {
    auto answer = r.put(key, shared_bytes{value}, now_ms_, expires_at_ms);
    writes_ += answer ? 1 : 0;
    return answer;
  });
  const auto& limits = ours_->options().limits;
  if (written) {
    // Behind what has been written again in the same step.
    require(*written == dot{our_id, writes_}, "a dot is not new");
    require(key.size() <= limits.key_bytes_max && value.size() <= limits.value_bytes_max, "a put is over the limit");
    require(ours_->byte_count() <= limits.map_bytes_max, "a put overfills the map");
  } else {
    require(ours_->vector()[our_id] == before, "a put is refused and counted");
  }
}

void hostile_play::erase() {
  const auto key = pick_key(choices_);
  watch_.note_write(key);
  ours([&](replica& r) {
    auto erased = r.erase(key, now_ms_);
    writes_ += erased ? 1 : 0;
    return erased;
  });
}

void hostile_play::pass_time() {
  const auto jumps_back = choices_.below(16) == 0;
  now_ms_ += choices_.pick<std::uint64_t>({0, 1, 100, 100, 600, 1'100, 11'000});
  if (jumps_back)
    now_ms_ -= 5'000;
  honest_.tick(now_ms_);
  take_honest_frames();
  tick();
}

void hostile_play::tick() {
  ours([&](replica& r) {
    r.tick(now_ms_);
    return true;
  });
}

void hostile_play::work() {
  ours([&](replica& r) {
    r.work(now_ms_);
    return true;
  });
}

void hostile_play::work_off() {
  for (auto left = 100'000; ours_->has_work(); --left) {
    require(left > 0, "the work does not end");
    work();
  }
}

void hostile_play::set_members() {
  std::set<replica_id> members;
  const auto chosen = choices_.byte();
  if ((chosen & 1) != 0)
    members.insert(honest_id);
  for (std::uint64_t i = 0; i < hostile_links_max; ++i)
    if ((chosen >> (i + 1) & 1) != 0)
      members.insert({first_hostile_id + i});
  ours([&](replica& r) {
    r.set_members(members);
    return true;
  });
}

void hostile_play::receive(link_id link, std::string_view frame) {
  told_bytes_ += frame.size();
  watch_.note_frame(frame);
  const auto refused = ours([&](replica& r) { return r.receive(link, frame, now_ms_); });
  if (refused)
    close(link);
}

void hostile_play::close(link_id link) {
  if (honest_link_ == link)
    return disconnect_honest();
  std::erase_if(hostile_, [&](const hostile_link& h) { return h.link == link; });
  ours([&](replica& r) {
    r.close(link, now_ms_);
    return true;
  });
}

void hostile_play::take_frames() {
  for (auto& frame : ours_->take_frames()) {
    require(decode(frame.bytes).has_value(), "what we say cannot be read");
    seen_.push_back(frame.bytes);
    if (seen_.size() > seen_max)
      seen_.pop_front();
    if (frame.link == honest_link_)
      to_honest_.push_back(std::move(frame.bytes));
    else
      for (auto& liar : hostile_)
        if (liar.link == frame.link)
          liar.learn(frame.bytes);
  }
}

// -- hostile neighbours ----------------------------------------------------------------------------------------------

hostile_link* hostile_play::pick_hostile() {
  return hostile_.empty() ? nullptr : &hostile_[choices_.below(hostile_.size())];
}

void hostile_play::open_hostile() {
  if (hostile_.size() == hostile_links_max)
    return;
  const link_id link{++last_link_};
  hostile_.push_back({link, {first_hostile_id + choices_.below(hostile_links_max)}});
  const auto push = choices_.below(4) != 0;
  ours([&](replica& r) {
    r.open(link, push, now_ms_);
    return true;
  });
  if (choices_.below(4) != 0)
    say(frame_forger{choices_, *ours_, hostile_.back()}.hello());
}

void hostile_play::close_hostile() {
  if (auto* liar = pick_hostile())
    close(liar->link);
}

void hostile_play::say(std::string frame) {
  auto* liar = pick_hostile();
  if (liar == nullptr)
    return;
  if (choices_.below(16) == 0)
    frame = damage(choices_, std::move(frame));
  seen_.push_back(frame);
  if (seen_.size() > seen_max)
    seen_.pop_front();
  receive(liar->link, frame);
}

void hostile_play::say_old() {
  if (!seen_.empty())
    say(seen_[choices_.below(seen_.size())]);
}

// -- the honest neighbour --------------------------------------------------------------------------------------------

void hostile_play::connect_honest() {
  if (honest_link_)
    return;
  honest_link_ = link_id{++last_link_};
  honest_.open(*honest_link_, true, now_ms_);
  take_honest_frames();
  const auto push = choices_.below(4) != 0;
  ours([&](replica& r) {
    r.open(*honest_link_, push, now_ms_);
    return true;
  });
}

void hostile_play::disconnect_honest() {
  if (!honest_link_)
    return;
  const auto link = *std::exchange(honest_link_, std::nullopt);
  to_honest_.clear();
  from_honest_.clear();
  honest_.close(link, now_ms_);
  take_honest_frames();
  ours([&](replica& r) {
    r.close(link, now_ms_);
    return true;
  });
}

void hostile_play::deliver_to_honest() {
  if (to_honest_.empty())
    return;
  const auto frame = std::move(to_honest_.front());
  to_honest_.pop_front();
  const auto refused = honest_.receive(*honest_link_, frame, now_ms_);
  take_honest_frames();
  while (honest_.has_work())
    honest_.work(now_ms_);
  take_honest_frames();
  if (!refused)
    return;
  require(refused->code != refusal_code::malformed && refused->code != refusal_code::over_limit,
          "an honest neighbour refuses what we say: " + refused->reason);
  disconnect_honest();
}

void hostile_play::deliver_from_honest() {
  if (from_honest_.empty())
    return;
  const auto frame = std::move(from_honest_.front());
  from_honest_.pop_front();
  receive(*honest_link_, frame);
}

void hostile_play::write_honest() {
  const auto key = pick_key(choices_);
  if (choices_.flag())
    (void)honest_.put(key, shared_bytes{choices_.bytes(choices_.below(8))}, now_ms_);
  else
    honest_.erase(key, now_ms_);
  take_honest_frames();
}

void hostile_play::take_honest_frames() {
  for (auto& frame : honest_.take_frames())
    if (frame.link == honest_link_)
      from_honest_.push_back(std::move(frame.bytes));
  honest_.take_changes();
}

// -- the end ---------------------------------------------------------------------------------------------------------

void hostile_play::hand_over(replica_id successor) {
  disconnect_honest();
  while (!hostile_.empty())
    close(hostile_.back().link);
  // Whatever clock has been believed is behind by then.
  now_ms_ += 100'000;
  honest_link_ = link_id{++last_link_};
  replica heir{options_of(successor)};
  heir.open(*honest_link_, true, now_ms_);
  ours([&](replica& r) {
    r.set_members({successor});
    r.open(*honest_link_, true, now_ms_);
    return true;
  });
  exchange(heir);
  // Enough for all questions to be asked again, and for what has expired to go.
  for (auto left = 150; left > 0 && !holds_all_of(heir, *ours_); --left) {
    now_ms_ += 100;
    heir.tick(now_ms_);
    tick();
    exchange(heir);
  }
  require(holds_all_of(heir, *ours_),
          "our heir does not get what we hold:\n" + to_string(*ours_) + "but:\n" + to_string(heir));

  std::ptrdiff_t freed = 0;
  {
    allocation_meter meter;
    ours_.reset();
    freed = -meter.held();
  }
  require(freed <= static_cast<std::ptrdiff_t>(held_bytes_min + held_per_byte_max * told_bytes_), "too much is held");
}

void hostile_play::exchange(replica& heir) {
  for (auto left = 100'000;; --left) {
    require(left > 0, "two replicas do not come to an end");
    const auto frames = heir.take_frames();
    for (const auto& frame : frames) {
      receive(*honest_link_, frame.bytes);
      require(honest_link_.has_value(), "we refuse what our heir says");
    }
    work_off();
    if (frames.empty() && to_honest_.empty())
      return;
    for (const auto& frame : std::exchange(to_honest_, {})) {
      require(!heir.receive(*honest_link_, frame, now_ms_), "our heir refuses what we say");
      while (heir.has_work())
        heir.work(now_ms_);
    }
  }
}

} // namespace ariadne::fuzz
