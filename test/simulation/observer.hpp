#pragma once

#include "crdt/replica.hpp"
#include "test/simulation/history.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::simulation {

/// Watches one replica, and holds what it says against the history. All checks throw a violation.
class observer {
public:
  /// `may_refuse`: where clocks are wrong, a register that comes with a full state may be refused.
  observer(const history& events, std::size_t keys, bool may_refuse);

  /// Checks what one call has changed, at a cost proportional to that:
  /// - an entry disappears only if a known event has superseded it, or if a replica has dropped it as expired
  ///   (I6);
  /// - no live entry has been superseded by a known event;
  /// - every event that the version vector newly covers is reflected in the map (I2);
  /// - the changes that are told to watchers are what has happened.
  void check_step(const crdt::replica& replica, const std::vector<crdt::key_change>& changes);

  /// Checks everything that the replica holds: map, index, counts, fingerprint and reads, against each other, against
  /// the history, and against the changes that were told.
  void check_all(const crdt::replica& replica, std::uint64_t now_ms);

  /// The neighbour has said that it has everything up to `base`, in a full state. What that lacks may go, once it has
  /// come in whole.
  void note_full_state(const crdt::version_vector& base) {
    told_.join(base);
  }

  /// The entries live under each key, as of the last check.
  const std::vector<std::vector<std::uint32_t>>& live() const {
    return live_;
  }

  /// Whether an event is a put that is live, as of the last check.
  bool is_live(std::uint32_t number) const;

private:
  void check_key(const crdt::replica& replica, std::uint32_t key);
  void check_covered(const crdt::replica& replica);
  void check_reads(const crdt::replica& replica, std::uint32_t key, const crdt::causal_register& value,
                   std::uint64_t now_ms) const;

  bool is_known(const crdt::replica& replica, const crdt::causal_register& value, std::uint32_t number) const;
  bool may_be_gone(const crdt::replica& replica, const crdt::causal_register& value, std::uint32_t number) const;

  const history& history_;
  bool may_refuse_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::uint32_t>> live_;
  std::vector<bool> seen_;
  crdt::version_vector vector_;
  crdt::version_vector told_;
  crdt::fingerprint fingerprint_;
};

} // namespace ariadne::simulation
