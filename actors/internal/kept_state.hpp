#pragma once

#include "actors/internal/cold_start.hpp"
#include "actors/internal/crdt_replica_self.hpp"
#include "actors/internal/journal_outlet.hpp"
#include "actors/internal/replica_journal.hpp"
#include "actors/internal/salvage_use.hpp"
#include "actors/internal/timed_replica.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

/// What the journal of a node does for its replica: what it has kept, and when that is believed; what was salvaged; and
/// the way of what changes to the disk. Without a journal, nothing is restored and nothing is kept.
///
/// Not thread-safe.
class kept_state {
public:
  using time_point = cold_start::clock::time_point;

  /// The core has to outlive this.
  explicit kept_state(timed_replica& core) : core_(core) {}

  /// The core takes over what the journal has kept; it has no links yet. `others`: the other nodes of the cluster file,
  /// and whether it lists this node, too.
  void restore(const replica_journal& journal, const std::vector<std::string>& others, bool is_listed, time_point now);
  /// From now on, changes go to the storage: see journal_outlet.
  void keep(crdt_replica_self self, const replica_journal& journal,
            std::function<void(const journal_answer&)> answered) {
    outlet_.emplace(self, journal, *core_, std::move(answered));
  }

  /// A batch has been written; or a fault of the disk is over, and all is to be handed out again.
  void note(const journal_answer& answer);
  /// To be called after whatever may have changed the core.
  void flush() {
    if (outlet_)
      outlet_->flush(*core_, core_.now_ms());
  }
  /// To be called now and then.
  void note_lag() {
    if (outlet_)
      outlet_->note_lag(*core_);
  }

  /// Whether the entry has been restored and is not believed yet: nobody sees it.
  bool hides(const std::optional<crdt::entry_view>& entry) const {
    return entry && start_.hides(entry->dot);
  }
  /// Whether anything is hidden.
  bool is_hiding() const {
    return start_.is_cold();
  }
  bool has_restored(crdt::dot event) const {
    return start_.has_restored(event);
  }
  /// All that the node had has arrived here.
  void met(const std::string& node) {
    start_.met(node);
  }
  /// Time has passed, or nodes have been met. If nothing is hidden from now on, why: a sentence for the log.
  std::optional<std::string> settle(time_point now);

  /// See cold_start.
  bool may_start_sessions() const {
    return start_.may_start_sessions();
  }
  std::optional<cold_start::clock::duration> start_alone(time_point now) {
    return start_.start_alone(now);
  }

  /// Whether something that was salvaged is still to be written.
  bool awaits_salvage() const {
    return salvage_.is_awaited(*core_);
  }
  /// `has_met_all`: the replica has all that those have that are up. Returns whether what was salvaged has just been
  /// written.
  bool write_salvaged(bool has_met_all) {
    return salvage_.go_on(*core_, !start_.is_cold() && has_met_all);
  }

private:
  timed_replica& core_;
  cold_start start_;
  salvage_use salvage_;
  std::optional<journal_outlet<crdt_replica_self>> outlet_;
};

} // namespace ariadne
