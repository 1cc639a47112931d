#include "session/record_view.hpp"

#include <utility>

namespace ariadne::session {

void record_view::note(const std::vector<crdt::live_entry>& entries, bool keeps_winner, run_counts& counts) {
  live_.clear();
  is_readable_ = true;
  count(counts, -1);
  for (const auto& found : entries) {
    live_.push_back(found.dot);
    auto decoded = decode_record(found.value.view());
    if (decoded.record) {
      if (!winner_ || decoded.record->rank() > winner_->rank())
        winner_ = std::move(decoded.record);
    } else if (decoded.error == record_error::unknown_format) {
      is_readable_ = false;
    }
  }
  if (entries.empty() && !keeps_winner)
    winner_.reset();
  count(counts, 1);
}

void record_view::count(run_counts& counts, int sign) const {
  if (!is(session_phase::running))
    return;
  const auto counted = counts.try_emplace(winner_->owner.node).first;
  counted->second += static_cast<std::uint64_t>(sign);
  if (counted->second == 0)
    counts.erase(counted);
}

std::string_view record_view::check_invariants() const {
  if (winner_ && (winner_->epoch == 0 || winner_->owner.incarnation == 0))
    return "a record has no epoch or no owner";
  return {};
}

} // namespace ariadne::session
