#include "crdt/full_state_intake.hpp"

#include <utility>
#include <vector>

namespace ariadne::crdt {

namespace {

/// What a register says beyond its live entries, and those of them that it would say to be dead without naming them: an
/// event that has superseded one entry leaves what its own replica has written before and that stands beside it.
causal_register context_of(const causal_register& value) {
  std::vector<entry> spared;
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (value.superseded().covers(value.live(i).dot))
      spared.push_back(value.live(i));
  return {std::move(spared), value.superseded()};
}

} // namespace

void full_state_intake::begin(std::uint64_t stream, version_vector base) {
  give_up();
  current_ = {stream, ++last_number_, std::move(base), {}, {}, {}, {}};
}

std::vector<dot> full_state_intake::find_late(const aw_lww_map& map, std::string_view key,
                                              const causal_register& value) const {
  std::vector<dot> late;
  const auto* owner = map.find(key);
  if (!current_->sweep && (owner == nullptr || owner->full_state() != current_->number))
    return late;
  const auto mine = owner == nullptr ? causal_register{} : map.value(*owner);
  for (std::size_t i = 0; i < value.live_count(); ++i)
    if (const auto& d = value.live(i).dot; current_->base.covers(d) && !mine.has_live(d))
      late.push_back(d);
  return late;
}

bool full_state_intake::join(replica_state& state, bool belongs_to_it, std::string_view key, causal_register value) {
  auto& full = *current_;
  const auto& map = state.map();
  if (!belongs_to_it) {
    const auto late = find_late(map, key, value);
    const auto effect = state.join(key, std::move(value));
    if (effect.owner == nullptr || late.empty())
      return effect.changed;
    const auto joined = map.value(*effect.owner);
    for (const auto& d : late)
      if (joined.has_live(d))
        full.doomed.insert(d);
    return effect.changed;
  }
  version_vector superseded;
  if (!value.is_forgotten()) {
    superseded = value.superseded();
    full.contexts[std::string{key}].join(context_of(value), {});
    value.forget_context();
  }
  const auto effect = state.join(key, value);
  if (effect.owner == nullptr)
    return effect.changed;
  effect.owner->set_full_state(full.number);
  const auto joined = map.value(*effect.owner);
  for (std::size_t i = 0; i < joined.live_count(); ++i)
    if (const auto& d = joined.live(i).dot; (full.base.covers(d) || superseded.covers(d)) && !value.has_live(d))
      full.doomed.insert(d);
  return effect.changed;
}

void full_state_intake::give_up() {
  if (!current_)
    return;
  unneeded_contexts_.add(std::move(current_->contexts));
  unneeded_dots_.add(std::move(current_->doomed));
  current_.reset();
}

void full_state_intake::void_stream(std::uint64_t stream, const version_vector& cut) {
  if (is_swept(stream))
    current_->cut.join(cut);
  else if (is_coming_in(stream))
    give_up();
}

std::optional<full_state_intake::outcome> full_state_intake::sweep(replica_state& state, std::size_t registers_max) {
  require(is_swept(), "only a full state that has come in whole is swept");
  if (!sweep_step(state, registers_max))
    return std::nullopt;
  outcome result{current_->stream, std::move(current_->cut), current_->has_changed};
  current_.reset();
  return result;
}

bool full_state_intake::sweep_step(replica_state& state, std::size_t budget) {
  auto& full = *current_;
  for (; !full.contexts.empty(); full.contexts.erase(full.contexts.begin())) {
    if (budget-- == 0)
      return false;
    const auto& [key, context] = *full.contexts.begin();
    full.has_changed |= state.join(key, context).changed;
  }
  for (; !full.doomed.empty(); full.doomed.erase(full.doomed.begin())) {
    if (budget-- == 0)
      return false;
    auto d = *full.doomed.begin();
    if (auto [counter, owner] = state.map().index().next(d.replica, d.counter - 1); counter == d.counter)
      full.has_changed |= state.drop_live(*owner, [d](const entry& e) { return e.dot == d; });
  }
  return sweep_base(state, budget);
}

bool full_state_intake::sweep_base(replica_state& state, std::size_t budget) {
  auto& full = *current_;
  for (auto position = full.base.lower_bound(full.sweep->replica); position != full.base.end(); ++position) {
    auto counter = position->replica == full.sweep->replica ? full.sweep->counter : 0;
    for (;;) {
      if (budget-- == 0) {
        full.sweep = dot{position->replica, counter};
        return false;
      }
      auto [next, owner] = state.map().index().next(position->replica, counter);
      if (owner == nullptr || next > position->counter)
        break;
      counter = next;
      if (owner->full_state() != full.number)
        full.has_changed |= state.drop_live(*owner, [&](const entry& e) { return full.base.covers(e.dot); });
    }
  }
  return true;
}

} // namespace ariadne::crdt
