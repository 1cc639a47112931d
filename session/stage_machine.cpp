#include "session/stage_machine.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::session {

namespace {

/// A failed session waits twice as long as the time before, at most this often.
constexpr unsigned failures_max = 7;
/// A record that nobody held in time is waited for twice as long the next time, at most this often: where the links
/// carry it more slowly than in the time of a lease, the session would begin anew for ever.
constexpr unsigned unheld_max = 4;

} // namespace

bool stage_machine::runs_soon() const {
  return at_ == stage::taking || at_ == stage::confirming || at_ == stage::running
         || is_stopping_to(stop_reason::resolve);
}

bool stage_machine::is_unsaved() const {
  const auto has_state = at_ > stage::confirming;
  return has_state && (at_ == stage::running || at_ == stage::stopping || is_writing_ || is_dirty_);
}

bool stage_machine::is_idle(const host_context& host) const {
  return at_ == stage::none && !record_.winner() && record_.is_readable() && !is_writing_
         && ballot_.is_idle(record_, around(host));
}

void stage_machine::go_to(session_scope& in, stage next) {
  at_ = next;
  since_ms_ = in.host.now_ms;
  holders_ = record_holders::any;
  is_durable_ = false;
  if (next == stage::none) {
    in.host.here.erase(in.key);
    own_ = {};
    is_dirty_ = false;
  } else {
    in.host.here.insert(in.key);
  }
  if (next != stage::stopping && next != stage::moving && next != stage::releasing)
    in.host.moving.erase(in.key);
}

void stage_machine::note_impediment(session_scope& in, obstacle why) {
  if (impediment_.note(why, in.host.now_ms))
    in.host.links.send_all(impediment{in.key, why.what, std::move(why.detail)});
}

void stage_machine::note_failure(session_scope& in, outcome what, std::string_view why) {
  note_impediment(in, {what, cut_detail("node " + in.host.hosts.self().node + ": " + std::string{why})});
}

void stage_machine::hear(session_scope& in, const host_id&, const impediment& m) {
  impediment_.heard({m.what, cut_detail(m.detail)}, in.host.now_ms);
}

// -- the map ---------------------------------------------------------------------------------------------------------

void stage_machine::note_entries(session_scope& in, const std::vector<crdt::live_entry>& entries) {
  record_.note(entries, at_ != stage::none, in.host.running);
  ballot_.note_epoch(record_.epoch());
}

void stage_machine::write(session_scope& in) {
  is_dirty_ = is_writing_;
  if (is_writing_)
    return;
  is_writing_ = true;
  const auto& options = in.host.options;
  const auto is_end = own_.phase == session_phase::stopped;
  in.host.commands.add(write_record{.key = in.key,
                                    .value = encode(own_),
                                    .expected = record_.live(),
                                    .lifetime_ms = is_end ? options.remember_end_ms : 0,
                                    .holders = holders_,
                                    .durable = is_durable_,
                                    .hold_timeout_ms = holders_ == record_holders::majority || is_durable_
                                                         ? options.lease.lease_ms << unheld_
                                                         : 0},
                       own_.state.bytes.size());
}

void stage_machine::write_for(session_scope& in, record_holders holders) {
  holders_ = holders;
  is_durable_ = in.host.options.durable_records;
  write(in);
}

void stage_machine::write_as(session_scope& in, session_phase phase, stage next) {
  own_.phase = phase;
  ++own_.revision;
  go_to(in, next);
  // The end is answered once it is written: then it must not be forgotten with one map.
  if (phase == session_phase::stopped)
    write_for(in, record_holders::another);
  else
    write(in);
}

void stage_machine::write_done(session_scope& in, const crdt::fenced_result& result) {
  is_writing_ = false;
  note_entries(in, result.entries);
  if (at_ <= stage::claiming || is_outranked())
    return;
  const auto is_unheld = result.written && !result.is_held;
  if (at_ == stage::taking && is_unheld && in.host.mandate.pauses()) {
    unheld_ = std::min(unheld_ + 1, unheld_max);
    release(in);
  } else if (is_unheld && is_durable_) {
    // Where no majority has to agree, a disk that fails keeps no session from running, nor from ending.
    is_durable_ = false;
    ++own_.revision;
    write(in);
  } else if (result.written && !is_dirty_)
    written(in);
  else if (at_ == stage::taking && record_.epoch() < own_.epoch && record_.rank() != ballot_.claimed_base())
    // What the owner wrote before it went has come in only now.
    give_up_claim(in);
  else
    write(in);
}

void stage_machine::write_failed(session_scope& in, std::string_view why) {
  is_writing_ = false;
  if (!why.empty())
    note_failure(in, outcome::not_recorded, why);
  if (at_ == stage::taking)
    give_up_claim(in);
  else if (at_ > stage::claiming)
    is_dirty_ = true;
}

void stage_machine::written(session_scope& in) {
  const auto& hosts = in.host.hosts;
  switch (at_) {
    case stage::taking:
      if (hosts.gives_up())
        release(in);
      else if (in.host.mandate.pauses())
        begin_confirmation(in);
      else
        start(in);
      break;
    case stage::releasing:
      if (!hosts.place_of(in.key, own_.state.schema_version))
        in.host.commands.emit(host_event::type::stranded, in.key, {}, own_.state);
      go_to(in, stage::none);
      break;
    case stage::ending:
      // Hosts that have asked for a start before may have had their answer from the map. If not, they ask again.
      for (auto& [id, w] : in.waiting)
        w.is_over |= w.type == request_type::start && w.origin != hosts.self();
      in.host.commands.emit(host_event::type::ended, in.key);
      go_to(in, stage::none);
      break;
    default:
      break;
  }
}

void stage_machine::start(session_scope& in) {
  run_ = {++in.host.last_run.value};
  initial_.reset();
  unheld_ = 0;
  if (failures_ == 0)
    impediment_.clear();
  go_to(in, stage::running);
  in.host.commands.add(start_session{in.key, run_, own_.epoch, own_.state}, own_.state.bytes.size());
  in.host.commands.add(
    host_event{.what = host_event::type::started, .key = in.key, .taken_from = std::exchange(taken_from_, {})});
}

// -- what is to be done about it -------------------------------------------------------------------------------------

void stage_machine::settle(session_scope& in) {
  follow_winner(in);
  // Side by side with what has lost, or gone from the map: written anew.
  if (record_.is_readable() && at_ == stage::running && record_.live().size() != 1 && !is_writing_) {
    ++own_.revision;
    write(in);
  }
}

void stage_machine::look_at(session_scope& in) {
  const auto& hosts = in.host.hosts;
  if (is_dirty_ && !is_writing_)
    write(in);
  if (at_ == stage::claiming && hosts.gives_up())
    give_up_claim(in);
  if (at_ == stage::confirming)
    check_confirmation(in);
  if (at_ == stage::moving
      && (!hosts.is_up(own_.target) || in.host.now_ms >= since_ms_ + in.host.options.move_timeout_ms))
    release(in);
}

void stage_machine::claim_if_wanted(session_scope& in) {
  if (!record_.is_readable())
    return;
  if (!in.waiting.want(request_type::start))
    initial_.reset();
  if (wants(in))
    begin_claim(in);
}

void stage_machine::follow_winner(session_scope& in) {
  if (at_ == stage::claiming) {
    if (record_.rank() != ballot_.claimed_base())
      give_up_claim(in);
    return;
  }
  if (at_ == stage::none || !is_outranked())
    return;
  switch (at_) {
    case stage::taking:
    case stage::confirming:
      // Nothing has been started. If the write is under way, it is refused, or stays beside the winner.
      go_to(in, stage::none);
      break;
    case stage::running:
      begin_stop(in, stop_reason::lost);
      break;
    case stage::stopping:
      change_stop(stop_reason::lost);
      break;
    case stage::moving:
    case stage::releasing:
      if (is_handed_over(in))
        in.host.commands.add(host_event{.what = host_event::type::moved,
                                        .key = in.key,
                                        .other = record_.winner()->owner,
                                        .took_ms = in.host.now_ms - stop_ms_});
      else
        report_lost(in);
      go_to(in, stage::none);
      break;
    case stage::ending:
      for (auto& [id, w] : in.waiting)
        w.is_begun = false;
      go_to(in, stage::none);
      break;
    case stage::none:
    case stage::claiming:
      break;
  }
}

bool stage_machine::is_handed_over(const session_scope& in) const {
  const auto& winner = *record_.winner();
  // A later epoch than its own is granted by an owner only for the record with the last state.
  return (winner.owner == own_.target && winner.epoch > own_.epoch)
         || ballot_.has_granted_winner(own_.epoch, winner, in.host.hosts);
}

bool stage_machine::wants(const session_scope& in) const {
  const auto& hosts = in.host.hosts;
  if (at_ != stage::none || !in.host.mandate.may_start() || hosts.gives_up() || in.host.now_ms < retry_at_ms_)
    return false;
  if (!record_.is_session())
    return initial_ && hosts.profile().knows(in.key.kind, initial_->schema_version);
  const auto& winner = *record_.winner();
  const auto version = winner.state.schema_version;
  if (winner.phase == session_phase::moving && winner.target == hosts.self())
    return hosts.profile().knows(in.key.kind, version);
  if (winner.phase != session_phase::placing && (hosts.is_up(winner.owner) || hosts.has_unmet()))
    return false;
  return in.waiting.want(request_type::stop) || hosts.is_placed_here(in.key, version);
}

// -- what has happened to all sessions -------------------------------------------------------------------------------

void stage_machine::lose_host(session_scope& in, const host_id& peer) {
  if (ballot_.forget(peer))
    check_claim(in);
}

void stage_machine::pause(session_scope& in) {
  // Whatever comes of it later does so after others may have taken over.
  if (at_ == stage::running)
    begin_stop(in, stop_reason::release);
  else if (at_ == stage::claiming)
    give_up_claim(in);
  else if (at_ == stage::taking || at_ == stage::confirming)
    release(in);
  else if (is_stopping_to(stop_reason::resolve))
    change_stop(stop_reason::release);
}

void stage_machine::lose_map(session_scope& in) {
  record_.forget_live();
  is_writing_ = false;
  if (at_ > stage::claiming && at_ != stage::stopping && at_ != stage::running)
    write(in);
}

// -- claims ----------------------------------------------------------------------------------------------------------

verdict stage_machine::judge(const session_scope& in, const host_id& from, const claim& m) {
  in.host.epochs.want(m.epoch);
  return ballot_.judge({.from = from,
                        .claim = m,
                        .record = record_,
                        .own = at_ > stage::claiming ? &own_ : nullptr,
                        .is_claiming = at_ == stage::claiming},
                       around(in.host));
}

void stage_machine::hear(session_scope& in, const host_id& from, const claim& m) {
  const auto answer = judge(in, from, m);
  if (answer == verdict::granted && at_ == stage::claiming)
    give_up_claim(in);
  in.host.links.send(from, claim_answer{in.key, m.epoch, answer,
                                        std::max(in.host.epochs.floor(),
                                                 ballot_.epoch_known(record_, own_.epoch, at_ == stage::claiming))});
}

bool stage_machine::hear(const host_id& from, const claim_withdrawn& m) {
  return ballot_.withdraw(from, m.epoch);
}

void stage_machine::hear(session_scope& in, const host_id& from, const claim_answer& m) {
  if (at_ != stage::claiming || !ballot_.note_answer(from, m))
    return;
  if (m.answer != verdict::granted && m.answer != verdict::not_ready) {
    note_impediment(in, obstacle_to_claim(in.host.hosts.self().node, from.node, m.answer, record_.owner()));
    give_up_claim(in);
  } else {
    check_claim(in);
  }
}

void stage_machine::begin_claim(session_scope& in) {
  const auto& self = in.host.hosts.self();
  const auto peers = in.host.hosts.peers();
  const auto m = ballot_.next_claim(in.key, record_, in.host.epochs.floor_among(peers),
                                    in.host.hosts.has_met_all_configured() ? 0 : in.host.options.unmet_epoch_gap);
  // This host asks itself, too.
  if (const auto answer = judge(in, self, m); answer != verdict::granted) {
    retry_at_ms_ = in.host.now_ms + in.host.options.retry_after_ms;
    return note_impediment(in, obstacle_to_claim(self.node, self.node, answer, record_.owner()));
  }
  ballot_.begin(m, peers);
  go_to(in, stage::claiming);
  in.host.links.send_all(m);
  check_claim(in);
}

void stage_machine::check_claim(session_scope& in) {
  if (at_ != stage::claiming || !ballot_.is_answered())
    return;
  if (in.host.hosts.gives_up())
    return give_up_claim(in);
  const auto& mandate = in.host.mandate;
  // Those who granted it first may have promised the owner something since then. As long as the claim is younger than
  // the guard, that does not help the owner: when it began, none of them had answered it for a lease.
  const auto is_owned = record_.is(session_phase::running);
  const auto is_late = is_owned && in.host.now_ms >= since_ms_ + in.host.options.lease.guard_ms;
  if (mandate.pauses() && (mandate.is_paused() || is_late || !mandate.leases().is_majority(ballot_.granted_by()))) {
    note_impediment(in, obstacle_to_claim(in.host.hosts.self().node, {}, verdict::not_ready, {}));
    give_up_claim(in);
  } else {
    take(in);
  }
}

void stage_machine::give_up_claim(session_scope& in) {
  in.host.links.send_all(claim_withdrawn{in.key, ballot_.claimed_epoch()});
  ballot_.give_up();
  retry_at_ms_ = in.host.now_ms + in.host.options.retry_after_ms;
  go_to(in, stage::none);
}

void stage_machine::take(session_scope& in) {
  const auto goes_on = record_.is_session();
  if (!goes_on && !initial_)
    return give_up_claim(in);
  ballot_.succeed();
  own_ = {.phase = session_phase::running,
          .epoch = ballot_.claimed_epoch(),
          .revision = 1,
          .owner = in.host.hosts.self(),
          .target = {},
          .state = {}};
  if (goes_on && in.waiting.want(request_type::stop)) {
    own_.phase = session_phase::stopped;
    for (auto& [id, w] : in.waiting)
      w.is_begun = w.type == request_type::stop;
    go_to(in, stage::ending);
    return write_for(in, record_holders::any);
  }
  own_.state = goes_on ? record_.winner()->state : *initial_;
  taken_from_ = goes_on ? record_.winner()->owner : host_id{};
  stop_ms_ = in.host.now_ms;
  go_to(in, stage::taking);
  // With `pause`, whoever claims the session later finds the record at one of those that it needs, whatever has become
  // of the grants. Else, who has been told that a session is started may rely on it.
  if (in.host.mandate.pauses())
    write_for(in, record_holders::majority);
  else
    write_for(in, goes_on ? record_holders::any : record_holders::another);
}

// -- confirmation ----------------------------------------------------------------------------------------------------

void stage_machine::begin_confirmation(session_scope& in) {
  if (!ballot_.agree(own_.epoch, record_, in.host.epochs))
    return release(in);
  ballot_.begin_agreement();
  go_to(in, stage::confirming);
  in.host.links.send_all(run_question{in.key, own_.epoch});
  check_confirmation(in);
}

void stage_machine::check_confirmation(session_scope& in) {
  const auto& mandate = in.host.mandate;
  if (in.host.hosts.gives_up() || in.host.now_ms >= since_ms_ + in.host.options.lease.lease_ms)
    release(in);
  else if (mandate.leases().is_majority(ballot_.agreed_by()) && !mandate.is_unsure())
    start(in);
}

void stage_machine::hear(session_scope& in, const host_id& from, const run_question& m) {
  in.host.links.send(from, run_answer{in.key, m.epoch, ballot_.agree(m.epoch, record_, in.host.epochs)});
}

void stage_machine::hear(session_scope& in, const host_id& from, const run_answer& m) {
  if (at_ != stage::confirming || own_.epoch != m.epoch)
    return;
  if (!m.agreed)
    return release(in);
  ballot_.agreed(from);
  check_confirmation(in);
}

// -- stopping --------------------------------------------------------------------------------------------------------

bool stage_machine::checkpoint(session_scope& in, run_id run, snapshot&& state) {
  if (at_ != stage::running || run_ != run || is_outranked())
    return false;
  failures_ = 0;
  if (own_.state != state) {
    own_.state = std::move(state);
    ++own_.revision;
    write(in);
  }
  return true;
}

void stage_machine::begin_stop(session_scope& in, stop_reason reason) {
  reason_ = reason;
  is_dirty_ = false;
  stop_ms_ = in.host.now_ms;
  go_to(in, stage::stopping);
  in.host.commands.add(stop_session{in.key, run_});
}

void stage_machine::change_stop(stop_reason reason) {
  reason_ = reason;
  loser_.reset();
}

bool stage_machine::stopped(session_scope& in, run_id run, std::optional<snapshot>&& state) {
  if (at_ != stage::stopping || run_ != run)
    return false;
  if (state)
    own_.state = std::move(*state);
  after_stop(in);
  return true;
}

void stage_machine::after_stop(session_scope& in) {
  switch (reason_) {
    case stop_reason::move: {
      const auto target = in.host.hosts.place_of(in.key, own_.state.schema_version);
      if (target && *target != in.host.hosts.self()) {
        own_.target = *target;
        write_as(in, session_phase::moving, stage::moving);
      } else {
        release(in);
      }
      break;
    }
    case stop_reason::release:
      release(in);
      break;
    case stop_reason::lost:
      report_lost(in);
      go_to(in, stage::none);
      break;
    case stop_reason::end:
      ++own_.epoch;
      own_.revision = 0;
      own_.state = {};
      write_as(in, session_phase::stopped, stage::ending);
      break;
    case stop_reason::resolve:
      in.host.commands.add(resolve_conflict{in.key, run_, own_.state, std::move(*loser_)});
      loser_.reset();
      break;
  }
}

void stage_machine::report_lost(session_scope& in) {
  const auto& winner = record_.winner()->owner;
  in.host.commands.emit(host_event::type::lost, in.key, winner, own_.state);
  in.host.links.send(winner, loser_state{in.key, own_.state});
}

void stage_machine::hear(session_scope& in, const host_id&, loser_state&& m) {
  const auto kind = in.host.options.kinds.find(in.key.kind);
  if (at_ != stage::running || kind == in.host.options.kinds.end() || !kind->second.resolves
      || !in.host.hosts.profile().knows(in.key.kind, m.state.schema_version))
    return;
  loser_ = std::move(m.state);
  begin_stop(in, stop_reason::resolve);
}

bool stage_machine::resolved(session_scope& in, run_id run, snapshot&& state) {
  if (at_ != stage::stopping || run_ != run)
    return false;
  own_.state = std::move(state);
  if (reason_ == stop_reason::resolve)
    write_as(in, session_phase::running, stage::taking);
  else
    after_stop(in);
  return true;
}

bool stage_machine::ended(session_scope& in, run_id run, bool failed, std::string_view why) {
  if (run_ != run)
    return false;
  if (at_ == stage::running) {
    reason_ = failed ? stop_reason::release : stop_reason::end;
    if (failed) {
      failures_ = std::min(failures_ + 1, failures_max);
      retry_at_ms_ = in.host.now_ms + (in.host.options.retry_after_ms << failures_);
      note_failure(in, outcome::failing, why);
    }
    after_stop(in);
  } else if (at_ == stage::stopping) {
    // One that has done its work is over, wherever it was to go. If another host goes on with it, that counts.
    if (!failed && reason_ != stop_reason::lost)
      change_stop(stop_reason::end);
    after_stop(in);
  }
  return true;
}

std::string_view stage_machine::check_invariants(const session_key& key, const host_context& host) const {
  const auto is_owner = at_ > stage::claiming;
  if (is_owner != (own_.epoch != 0) || (is_owner && own_.owner != host.hosts.self()))
    return "a host owns a session without a record of its own, or has one and does not";
  if (host.here.contains(key) != (at_ != stage::none))
    return "the sessions that are here are not those with a stage";
  if (host.moving.contains(key) && at_ != stage::stopping && at_ != stage::moving && at_ != stage::releasing)
    return "a session is on the move without having been told to stop";
  if (loser_ && !is_stopping_to(stop_reason::resolve))
    return "a session has another state to be joined with, and does not stop for that";
  if (is_dirty_ && !is_owner)
    return "a host is to write a record that it does not have";
  if (is_owner && own_.phase == session_phase::running && at_ > stage::stopping)
    return "a session that has stopped runs by its record";
  if (const auto broken = record_.check_invariants(); !broken.empty())
    return broken;
  return ballot_.check_invariants(host.hosts.self(), at_ == stage::claiming);
}

} // namespace ariadne::session
