#include "crdt/replica_state.hpp"

#include "crdt/invariant.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::crdt {

std::string_view to_string(write_error error) {
  switch (error) {
    case write_error::empty_key:
      return "the key is empty";
    case write_error::key_too_long:
      return "the key is longer than the limit";
    case write_error::value_too_long:
      return "the value is longer than the limit";
    case write_error::map_full:
      return "the map has reached its limit";
  }
  return "unknown write error";
}

replica_state::replica_state(const replica_options& options, knowledge_listener& listener)
  : options_(options), clock_(options.drift_max_ms), known_(options.id, listener) {
  key_page_limits pages;
  pages.hidden_prefix = options.hidden_prefix;
  pages_ = key_pages{std::move(pages)};
}

tl::expected<dot, write_error> replica_state::put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                                  std::uint64_t expires_at_ms) {
  const auto& limits = options_.limits;
  if (const auto problem = check_key(key))
    return tl::unexpected{*problem};
  if (value.size() > limits.value_bytes_max)
    return tl::unexpected{write_error::value_too_long};
  auto map_bytes = map_.live_byte_count() + key.size() + value.size();
  if (map_bytes > limits.map_bytes_max) {
    const auto* replaced = map_.find(key);
    if (replaced == nullptr || map_bytes - aw_lww_map::live_bytes(*replaced) > limits.map_bytes_max)
      return tl::unexpected{write_error::map_full};
  }
  if (clock_.is_astray(now_ms))
    mend_stamps(now_ms, options_.work_registers_max);
  if (clock_.may_have_lost_sight())
    observe_live(key, now_ms);
  const auto written = known_.next_dot(value.size() > options_.large_value_bytes ? twin_of(options_.id) : options_.id);
  note(map_.put(key, entry{written, clock_.issue(now_ms), expires_at_ms, std::move(value)}));
  known_.raise(written);
  return written;
}

std::optional<dot> replica_state::erase(std::string_view key, std::uint64_t now_ms) {
  if (!get(key, now_ms))
    return std::nullopt;
  const auto erased = known_.next_dot(options_.id);
  note(map_.erase(key, erased));
  known_.raise(erased);
  return erased;
}

std::optional<dot> replica_state::erase(std::string_view key, dot target, std::uint64_t now_ms) {
  const auto* owner = map_.find(key);
  if (owner == nullptr)
    return std::nullopt;
  const auto value = map_.value(*owner);
  auto stands = false;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    stands |= value.live(i).dot == target && !value.live(i).expired(now_ms);
  if (!stands)
    return std::nullopt;
  const auto erased = known_.next_dot(options_.id);
  note(map_.erase(key, target, erased));
  known_.raise(erased);
  return erased;
}

void replica_state::note(const aw_lww_map::effect& effect, key_change::kind loss) {
  if (!effect.changed)
    return;
  const auto& owner = *effect.owner;
  changed_bytes_ += owner.key().size() + owner.value_bytes();
  if (pages_.is_watching())
    pages_.changed(owner.key(), owner.is_live());
  if (!collects_changes_)
    return;
  if (owner.is_live())
    // Expired entries count as well here: their expiry is told when they are dropped.
    changes_.push_back({std::string{owner.key()}, key_change::kind::written, map_.winner(owner, 0)->dot});
  else if (effect.was_live)
    changes_.push_back({std::string{owner.key()}, loss, {}});
}

std::optional<objection> replica_state::object_to(std::string_view key, const causal_register& value,
                                                  const std::vector<value_reference>& references,
                                                  std::uint64_t now_ms) {
  if (key.size() > options_.limits.key_bytes_max)
    return objection{"a key is longer than the limit"};
  for (const auto& reference : references)
    if (reference.length > options_.limits.value_bytes_max)
      return objection{"a value is longer than the limit"};
  stamp newest;
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    if (value.live(i).value.size() > options_.limits.value_bytes_max)
      return objection{"a value is longer than the limit"};
    newest = std::max(newest, value.live(i).stamp);
  }
  if (clock_.accepts(newest, now_ms)) {
    clock_.observe(newest);
    return std::nullopt;
  }
  return objection{"a stamp is " + std::to_string(newest.millis() - now_ms) + " ms ahead of the clock here",
                   newest.millis() - options_.drift_max_ms};
}

aw_lww_map::effect replica_state::join(std::string_view key, causal_register value) {
  if (!known_.retired().empty())
    value.for_each_context([this](dot d) { known_.mention(d.replica); });
  if (restamped_[0].empty() && restamped_[1].empty()) {
    auto effect = map_.join(key, std::move(value), known_.vector());
    note(effect);
    return effect;
  }
  auto effect = map_.join(key, value, known_.vector());
  note(effect);
  if (effect.owner != nullptr)
    follow(*effect.owner, value);
  return effect;
}

void replica_state::restore(restored_state&& state, std::uint64_t now_ms) {
  // Those that are further ahead than a clock may be say nothing about the time.
  if (clock_.accepts(state.claim.newest, now_ms))
    clock_.observe(state.claim.newest);
  // Each goes as soon as the map has it: there may be many.
  for (; !state.registers.empty(); state.registers.pop_front()) {
    auto& [key, value] = state.registers.front();
    observe(value, now_ms);
    join(key, std::move(value));
  }
  known_.restore(std::move(state.claim.vector), version_vector{*state.claim.retired}, std::move(state.claim.forgotten));
}

bool replica_state::knows_of(std::string_view key, const entry& e) const {
  if (known_.covers(e.dot))
    return true;
  const auto* owner = map_.find(key);
  if (owner == nullptr)
    return false;
  const auto value = map_.value(*owner);
  if (value.covers(e.dot))
    return true;
  // Whoever has written it anew may have ended before that was noted.
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (value.live(i).stamp == e.stamp && value.live(i).value.view() == e.value.view())
      return true;
  return false;
}

std::size_t replica_state::write_anew(const journal_register& salvaged, std::uint64_t now_ms) {
  std::size_t written = 0;
  for (std::size_t i = 0; i < salvaged.value.live_count(); ++i) {
    auto again = salvaged.value.live(i);
    if (again.expired(now_ms) || knows_of(salvaged.key, again))
      continue;
    // What is written anew supersedes nothing: of the old event, the map has no trace.
    again.dot = known_.next_dot(again.value.size() > options_.large_value_bytes ? twin_of(options_.id) : options_.id);
    if (clock_.accepts(again.stamp, now_ms))
      clock_.observe(again.stamp);
    else
      again.stamp = clock_.issue(now_ms);
    const auto dot = again.dot;
    note(map_.join(salvaged.key, causal_register{std::move(again)}, known_.vector()));
    known_.raise(dot);
    ++written;
  }
  return written;
}

void replica_state::follow(keyed_register& owner, const causal_register& joined) {
  const auto value = map_.value(owner);
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    const auto& mine = value.live(i).dot;
    if (!known_.is_own(mine.replica) || joined.covers(mine))
      continue;
    const auto before = restamped_of(mine.replica).before(mine.counter);
    if (std::none_of(before.begin(), before.end(), [&](std::uint64_t counter) {
          return joined.covers({mine.replica, counter}) && !joined.has_live({mine.replica, counter});
        }))
      continue;
    const auto erased = known_.next_dot(options_.id);
    note(map_.erase(owner, mine, erased));
    known_.raise(erased);
    rewritten_.push_back({std::string{owner.key()}, mine, true, entry{erased, {}, 0, {}}});
    return;
  }
}

void replica_state::observe_live(std::string_view key, std::uint64_t now_ms) {
  const auto* owner = map_.find(key);
  if (owner == nullptr)
    return;
  observe(map_.value(*owner), now_ms);
}

void replica_state::observe(const causal_register& value, std::uint64_t now_ms) {
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (const auto& seen = value.live(i).stamp; clock_.accepts(seen, now_ms))
      clock_.observe(seen);
    else
      clock_.pass_by(seen);
}

std::size_t replica_state::mend_stamps(std::uint64_t now_ms, std::size_t budget) {
  if (clock_.is_astray(now_ms)) {
    clock_.set_back(now_ms);
    to_restamp_.clear();
    for (auto own : known_.own_ids())
      to_restamp_.push_back({{own, 0}, {own, known_.vector()[own]}});
  }
  for (; !to_restamp_.empty() && budget > 0; --budget) {
    auto& [seen, last] = to_restamp_.back();
    auto [counter, owner] = map_.index().next(seen.replica, seen.counter);
    if (owner == nullptr || counter > last.counter) {
      to_restamp_.pop_back();
      continue;
    }
    seen.counter = counter;
    restamp(*owner, dot{seen}, now_ms);
  }
  return budget;
}

void replica_state::restamp(keyed_register& owner, dot old, std::uint64_t now_ms) {
  const auto value = map_.value(owner);
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    auto again = value.live(i);
    if (again.dot != old || clock_.accepts(again.stamp, now_ms))
      continue;
    const auto wrong_ms = again.stamp.millis();
    again.dot = known_.next_dot(old.replica);
    again.stamp = clock_.issue(now_ms);
    // What it was to live from then on, it lives from now on.
    if (again.expires_at_ms != 0)
      again.expires_at_ms = now_ms + (again.expires_at_ms - std::min(again.expires_at_ms, wrong_ms));
    note(map_.rewrite(owner, old, again));
    known_.raise(again.dot);
    restamped_of(old.replica).add(old.counter, again.dot.counter);
    rewritten_.push_back({std::string{owner.key()}, old, false, std::move(again)});
    return;
  }
}

std::vector<dot> replica_state::stands_for(dot d) const {
  std::vector<dot> result;
  if (known_.is_own(d.replica))
    for (auto counter : restamped_of(d.replica).before(d.counter))
      result.push_back({d.replica, counter});
  return result;
}

void replica_state::check_invariants() const {
  known_.check_invariants();
  map_.index().for_each_replica([this](replica_id origin, std::uint64_t highest) {
    require(known_.retired()[origin] == 0, "no register names an incarnation that is retired");
    require(!known_.is_own(origin) || highest <= known_.vector()[origin],
            "no register has an event of this replica that has not happened");
  });
}

bool replica_state::is_ahead() const {
  auto result = false;
  map_.index().for_each_replica(
    [&](replica_id origin, std::uint64_t highest) { result = result || highest > known_.vector()[origin]; });
  return result;
}

} // namespace ariadne::crdt
