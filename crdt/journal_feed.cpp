#include "crdt/journal_feed.hpp"

#include <utility>

namespace ariadne::crdt {

namespace {

/// What a register takes besides its values, about.
constexpr std::size_t register_bytes = 64;

std::size_t bytes_of(const journal_register& r) {
  auto bytes = r.key.size() + register_bytes;
  for (std::size_t i = 0; i < r.value.live_count(); ++i)
    bytes += r.value.live(i).value.size();
  return bytes;
}

} // namespace

journal_part journal_feed::take(replica_state& state, const node_disks& disks, bool may_claim,
                                const journal_step_limits& limits) {
  journal_part part;
  part.live_bytes = state.map().live_byte_count();
  take_changed(state, limits, part);
  if (walk_)
    take_walked(state, limits, part);
  if (may_claim && state.map().marked_count() == 0
      && (state.known().changes() != claimed_changes_ || !part.changed.empty() || part.ends_walk))
    part.claim = claim_of(state, disks);
  return part;
}

void journal_feed::take_changed(replica_state& state, const journal_step_limits& limits, journal_part& part) {
  std::size_t bytes = 0;
  if (limits.registers_max == 0)
    return;
  state.hand_out_marked([&](std::string_view key, const causal_register* value) {
    auto& added = part.changed.emplace_back();
    added.key = key;
    if (value != nullptr)
      added.value = *value;
    bytes += bytes_of(added);
    return part.changed.size() < limits.registers_max && bytes < limits.bytes_max;
  });
}

void journal_feed::take_walked(const replica_state& state, const journal_step_limits& limits, journal_part& part) {
  const auto& map = state.map();
  std::size_t bytes = 0;
  for (auto looked_at = part.changed.size(); looked_at < limits.registers_max && bytes < limits.bytes_max;
       ++looked_at) {
    const auto* owner = walk_->next(map.index());
    if (owner == nullptr) {
      walk_.reset();
      part.ends_walk = true;
      return;
    }
    if (!map.is_first(*owner, walk_->last()))
      continue;
    part.walked.push_back({std::string{owner->key()}, map.value(*owner)});
    bytes += bytes_of(part.walked.back());
  }
}

knowledge_claim journal_feed::claim_of(const replica_state& state, const node_disks& disks) {
  const auto& known = state.known();
  if (std::exchange(retired_changes_, known.retired_changes()) != known.retired_changes())
    retired_ = std::make_shared<const version_vector>(known.retired());
  claimed_changes_ = known.changes();
  knowledge_claim result;
  result.vector = known.vector();
  result.forgotten = known.forgotten();
  result.retired = retired_;
  result.newest = state.newest_stamp();
  result.registers = state.map().size();
  result.fingerprint = state.map().fingerprint();
  result.own = known.own_ids()[0];
  result.disks = disks.of_others(result.own, known.retired());
  std::erase_if(former_, [&](replica_id id) {
    const auto is_left = [&](replica_id either) {
      return known.vector()[either] != 0 || state.map().index().highest(either) != 0;
    };
    return !is_left(id) && !is_left(twin_of(id));
  });
  result.former = former_;
  return result;
}

} // namespace ariadne::crdt
