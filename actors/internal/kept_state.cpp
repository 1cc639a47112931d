#include "actors/internal/kept_state.hpp"

#include <cstddef>

namespace ariadne {

namespace {

/// Of which events these registers are the outcome.
void add_events(crdt::version_vector& events, const crdt::journal_registers& registers) {
  for (const auto& r : registers)
    for (std::size_t i = 0; i < r.value.live_count(); ++i)
      events.raise(r.value.live(i).dot);
}

} // namespace

void kept_state::restore(const replica_journal& journal, const std::vector<std::string>& others, bool is_listed,
                         time_point now) {
  auto restored = std::move(*journal.opening.restored);
  auto events = restored.claim.vector;
  events.join(*restored.claim.retired);
  // Of what has been salvaged, nothing is claimed.
  add_events(events, restored.registers);
  if (const auto& salvaged = journal.opening.salvaged) {
    add_events(events, salvaged->registers);
    salvage_ = salvage_use{salvaged};
  }
  start_ = {others, is_listed, std::move(events), journal.options.starts_alone, now + journal.options.cold_start_wait};
  core_->restore(std::move(restored), core_.now_ms());
  core_->begin_journal();
  // There may be no other nodes.
  start_.settle(now);
}

void kept_state::note(const journal_answer& answer) {
  if (!outlet_)
    return;
  if (answer.wants_walk)
    core_->walk_for_journal();
  if (answer.durable)
    core_->note_durable(*answer.durable);
}

std::optional<std::string> kept_state::settle(time_point now) {
  if (!start_.settle(now))
    return std::nullopt;
  if (!start_.awaits_nodes())
    return "all nodes have been met since the start: restored state is shown";
  if (start_.may_start_sessions())
    return "restored state is shown from now on, although not all nodes have been met";
  return "restored state is shown from now on, although not all nodes have been met; restored sessions "
         "wait until a majority has been: see ariadne session resume --help";
}

} // namespace ariadne
