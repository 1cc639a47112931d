#include "session/ballot.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::session {

// -- claims of others ------------------------------------------------------------------------------------------------

bool ballot::is_granted_away(const host_id& claimant, const record_view& record, const surroundings& around) const {
  if (!granted_ || granted_->claimant == claimant || record.epoch() >= granted_->epoch)
    return false;
  if (!around.hosts.has_peer(granted_->claimant))
    return around.mandate.leases().is_promised(granted_->claimant.incarnation, around.now_ms);
  // Its record would have come by now.
  const auto lapses_ms = around.mandate.pauses() ? around.mandate.lease_and_guard_ms() : around.options.move_timeout_ms;
  return around.now_ms < std::max(granted_->at_ms, around.hosts.up_since_ms(granted_->claimant)) + lapses_ms;
}

verdict ballot::judge(const question& asked, const surroundings& around) {
  const auto& [from, m, record, own, is_claiming] = asked;
  if (!record.is_readable() || record.rank() > m.base || m.base.epoch < epoch_agreed_
      || around.epochs.is_spent(m.epoch))
    return verdict::outdated;
  if (!around.mandate.may_grant(around.now_ms) || !around.epochs.covers(m.epoch))
    return verdict::not_ready;
  const auto is_left_to_it = m.base_phase == session_phase::placing || m.base_phase == session_phase::stopped
                             || (m.base_phase == session_phase::moving && m.base_target == from);
  if (own && !(is_left_to_it && m.base == own->rank()))
    return verdict::owned;
  if (!is_left_to_it && around.hosts.may_run(m.base_owner))
    return verdict::owned;
  if (!is_left_to_it && around.mandate.leases().is_promised(m.base_owner.incarnation, around.now_ms))
    return verdict::promised;
  const auto is_granted = granted_ && granted_->claimant == from && granted_->epoch == m.epoch;
  if (is_granted_away(from, record, around) || (m.epoch <= epoch_granted_ && !is_granted))
    return verdict::granted_to_other;
  if (is_claiming && std::pair{claimed_epoch_, around.hosts.self().incarnation} > std::pair{m.epoch, from.incarnation})
    return verdict::granted_to_other;
  granted_ = grant{from, m.epoch, around.now_ms, is_granted ? granted_->before : epoch_granted_};
  if (from != around.hosts.self())
    epoch_granted_ = m.epoch;
  return verdict::granted;
}

bool ballot::withdraw(const host_id& from, std::uint64_t epoch) {
  if (!granted_ || granted_->claimant != from || granted_->epoch != epoch)
    return false;
  epoch_heard_ = std::max(epoch_heard_, epoch);
  if (epoch_granted_ == epoch)
    epoch_granted_ = granted_->before;
  granted_.reset();
  return true;
}

bool ballot::has_granted_winner(std::uint64_t epoch, const session_record& winner, const roster& hosts) const {
  return granted_ && granted_->epoch > epoch && granted_->epoch <= winner.epoch
         && (granted_->claimant == winner.owner || hosts.has_peer(granted_->claimant));
}

std::uint64_t ballot::epoch_known(const record_view& record, std::uint64_t own_epoch, bool is_claiming) const {
  return std::max({record.epoch(), epoch_granted_, own_epoch, is_claiming ? claimed_epoch_ : 0});
}

// -- the claim of this host ------------------------------------------------------------------------------------------

claim ballot::next_claim(const session_key& key, const record_view& record, std::uint64_t floor,
                         std::uint64_t skipped) const {
  claim result{.key = key,
               .epoch = record.epoch() + skipped + 1,
               .base = {},
               .base_phase = session_phase::stopped,
               .base_owner{},
               .base_target{}};
  if (const auto& winner = record.winner()) {
    result.base = winner->rank();
    result.base_phase = winner->phase;
    result.base_owner = winner->owner;
    result.base_target = winner->target;
  }
  result.epoch = std::max({result.epoch, epoch_heard_ + 1, epoch_granted_ + 1, floor + 1});
  return result;
}

void ballot::begin(const claim& begun, const std::vector<host_id>& asked) {
  granted_.reset();
  claimed_epoch_ = begun.epoch;
  claimed_base_ = begun.base;
  granted_by_.clear();
  unanswered_ = {asked.begin(), asked.end()};
}

bool ballot::note_answer(const host_id& from, const claim_answer& m) {
  if (claimed_epoch_ != m.epoch || unanswered_.erase(from) == 0)
    return false;
  if (m.answer == verdict::granted)
    granted_by_.insert(from.node);
  else if (m.answer != verdict::not_ready)
    epoch_heard_ = std::max(epoch_heard_, m.epoch_known);
  return true;
}

void ballot::give_up() {
  epoch_heard_ = std::max(epoch_heard_, claimed_epoch_);
}

// -- agreement -------------------------------------------------------------------------------------------------------

bool ballot::agree(std::uint64_t epoch, const record_view& record, const epoch_reserve& epochs) {
  if (epochs.is_spent(epoch) || (granted_ && granted_->epoch > epoch) || record.epoch() > epoch
      || epoch_agreed_ > epoch)
    return false;
  if (record.epoch() < epoch)
    epoch_agreed_ = epoch;
  return true;
}

void ballot::note_epoch(std::uint64_t epoch) {
  epoch_recorded_ = std::max(epoch_recorded_, epoch);
  if (epoch >= epoch_agreed_)
    epoch_agreed_ = 0;
}

std::string_view ballot::check_invariants(const host_id& self, bool is_claiming) const {
  if (granted_ && (granted_->claimant == self || granted_->epoch == 0))
    return "a host has granted a session to itself, or in no epoch";
  if (is_claiming && claimed_epoch_ == 0)
    return "a claim has no epoch";
  if (is_claiming && claimed_base_.epoch >= claimed_epoch_)
    return "a claim has no later epoch than the record that it is based on";
  return {};
}

} // namespace ariadne::session
