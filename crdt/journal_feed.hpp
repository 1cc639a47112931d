#pragma once

#include "crdt/index_walk.hpp"
#include "crdt/journal_part.hpp"
#include "crdt/node_disks.hpp"
#include "crdt/replica_state.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ariadne::crdt {

/// How much one step hands out at most: whatever comes first. It is one call of the replica.
struct journal_step_limits {
  std::size_t registers_max = 4'096;
  std::size_t bytes_max = std::size_t{4} << 20;
};

/// What a replica hands out to its journal, step by step. Data is harmless, claims are not: registers go out ahead, and
/// a claim of the whole only in the step in which none is left that has changed. Whoever takes the parts writes them in
/// their order, and lets a claim count only with all that was handed out before it.
class journal_feed {
public:
  /// `former`: the incarnations of this node whose state the replica was restored from.
  explicit journal_feed(std::vector<replica_id> former) : former_(std::move(former)) {}

  /// Whether there is anything to hand out. `may_claim`: nothing of a full state is being swept.
  bool has_part(const replica_state& state, bool may_claim) const {
    return state.map().marked_count() > 0 || walk_ || (may_claim && state.known().changes() != claimed_changes_);
  }

  /// The next part.
  journal_part take(replica_state& state, const node_disks& disks, bool may_claim, const journal_step_limits& limits);

  /// Begins a walk over the whole map, from its beginning if one is under way.
  void begin_walk() {
    walk_.emplace();
  }

private:
  void take_changed(replica_state& state, const journal_step_limits& limits, journal_part& part);
  void take_walked(const replica_state& state, const journal_step_limits& limits, journal_part& part);
  knowledge_claim claim_of(const replica_state& state, const node_disks& disks);

  std::vector<replica_id> former_;
  /// If one is under way. It meets a register at its first dot; one whose dots change meanwhile has changed.
  std::optional<index_walk> walk_;
  /// Up to which change of what is known the last claim has come.
  std::uint64_t claimed_changes_ = 0;
  std::uint64_t retired_changes_ = 0;
  std::shared_ptr<const version_vector> retired_ = std::make_shared<const version_vector>();
};

} // namespace ariadne::crdt
