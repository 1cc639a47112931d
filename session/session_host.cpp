#include "session/session_host.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ariadne::session {

namespace {

/// A failed session waits so often twice as long as the time before.
constexpr unsigned failures_max = 7;

} // namespace

session_host::session_host(session_host_options options, std::uint64_t now_ms)
  : options_(std::move(options)), now_ms_(now_ms), started_ms_(now_ms),
    leases_(options_.lease, options_.self.node, options_.configured_nodes),
    is_paused_(options_.minority == minority_policy::pause) {
  for (const auto& [kind, about] : options_.kinds)
    profile_.kinds[kind] = about.schema_version;
}

// -- in and out ------------------------------------------------------------------------------------------------------

void session_host::enter(std::uint64_t now_ms) {
  now_ms_ = std::max(now_ms_, now_ms);
  // Before anything that has come in counts: what the lease has run out for must have stopped by then.
  if (pauses() && !is_paused_ && !leases_.has_majority(now_ms_))
    pause();
}

void session_host::leave() {
  if (is_paused_ && leases_.has_majority(now_ms_)) {
    is_paused_ = false;
    emit(host_event::type::resumed);
    settle_all();
  }
  if (std::exchange(was_unsure_, is_unsure()) && !was_unsure_) {
    here_round_.look_at_all();
    settle_all();
  }
  note_readiness();
  step();
  plan_moves();
  announce_leave();
  if (!is_drain_reported_ && is_drained()) {
    is_drain_reported_ = true;
    emit(host_event::type::drained);
  }
}

void session_host::note_readiness() {
  const auto is_ready = is_caught_up_ && !is_paused_ && !is_unsure() && is_in_service_ && may_grant();
  const auto has_paused = std::exchange(profile_.is_paused, is_paused_) != is_paused_;
  const auto is_change = std::exchange(profile_.is_ready, is_ready) != is_ready;
  if (has_paused || is_change)
    send_all(own_announcement());
  if (is_change) {
    settle_all();
    queue_moves();
  }
}

void session_host::announce_leave() {
  if (!profile_.draining || !here_.empty())
    return;
  for (auto& [host, about] : peers_)
    if (about.told_leaving == 0)
      send(host, leaving{about.told_leaving = ++last_leaving_});
}

void session_host::handle(const host_id& from, leaving&& m) {
  peers_[from].is_leaving = true;
  send(from, leaving_answer{m.number});
}

void session_host::handle(const host_id& from, leaving_answer&& m) {
  auto& about = peers_[from];
  about.has_heard_leaving = about.told_leaving == m.number;
}

void session_host::pause() {
  is_paused_ = true;
  emit(host_event::type::paused);
  news_.add({news::type::paused, {}});
  here_round_.look_at_all();
  settle_all();
}

void session_host::emit(host_event::type what, const session_key& key, const host_id& other, saved_state state) {
  commands_.push_back(host_event{what, key, other, std::move(state)});
}

session_host::entry& session_host::find_or_add(const session_key& key) {
  const auto [position, is_added] = sessions_.try_emplace(key);
  if (is_added)
    position->second.heard = news_.last();
  hear_news(*position);
  return *position;
}

session_host::session_map::iterator session_host::find(const session_key& key) {
  const auto found = sessions_.find(key);
  if (found != sessions_.end())
    hear_news(*found);
  return found;
}

void session_host::set_stage(entry& e, stage next) {
  auto& [key, s] = e;
  s.at = next;
  s.since_ms = now_ms_;
  s.holders = record_holders::any;
  if (next == stage::none) {
    here_.erase(key);
    s.mine = {};
    s.is_dirty = false;
  } else {
    here_.insert(key);
  }
  if (next != stage::stopping && next != stage::moving && next != stage::releasing)
    moving_.erase(key);
}

// -- the network -----------------------------------------------------------------------------------------------------

void session_host::peer_up(const host_id& peer, std::uint64_t now_ms) {
  const auto old = std::find_if(peers_.begin(), peers_.end(), [&](const auto& p) { return p.first.node == peer.node; });
  if (old != peers_.end()) {
    if (old->first == peer)
      return;
    peer_down(host_id{old->first}, now_ms);
  }
  enter(now_ms);
  auto& about = peers_[peer];
  about.up_since_ms = now_ms_;
  about.connection = ++last_connection_;
  about.outgoing = outgoing_messages{options_.pieces};
  about.incoming = incoming_messages{options_.pieces};
  departed_.erase(peer.node);
  send(peer, own_announcement());
  settle_all();
  leave();
}

void session_host::peer_down(const host_id& peer, std::uint64_t now_ms) {
  enter(now_ms);
  if (const auto gone = peers_.find(peer); gone != peers_.end()) {
    note_departure(peer, gone->second);
    peers_.erase(gone);
    news_.add({news::type::host_gone, peer});
    requests_round_.look_at_all();
    settle_all();
    queue_moves();
  }
  leave();
}

void session_host::set_unmet(std::set<std::string> nodes, std::uint64_t now_ms) {
  enter(now_ms);
  if (unmet_ != nodes) {
    unmet_ = std::move(nodes);
    settle_all();
  }
  leave();
}

void session_host::handle(const host_id& from, announce&& m) {
  auto& about = peers_[from];
  about.outgoing.set_takes_pieces(m.takes_pieces && options_.pieces.takes_pieces);
  to_send_.insert(from);
  if (std::exchange(about.has_announced, true) && about.profile == m.profile)
    return;
  about.profile = std::move(m.profile);
  settle_all();
  queue_moves();
}

void session_host::handle(const host_id& from, lease_question&& m) {
  leases_.promise(from, now_ms_);
  send(from, lease_answer{m.asked_ms});
}

void session_host::handle(const host_id& from, lease_answer&& m) {
  leases_.answered(from.node, m.asked_ms);
}

std::vector<host_id> session_host::peers() const {
  std::vector<host_id> result;
  for (const auto& [host, about] : peers_)
    result.push_back(host);
  return result;
}

std::vector<candidate> session_host::hosts() const {
  std::vector<candidate> result{{options_.self, profile_}};
  for (const auto& [host, about] : peers_)
    result.push_back({host, about.profile});
  return result;
}

// -- the map ---------------------------------------------------------------------------------------------------------

void session_host::caught_up(std::uint64_t now_ms) {
  enter(now_ms);
  if (!std::exchange(is_caught_up_, true))
    settle_all();
  leave();
}

void session_host::record_changed(const session_key& key, const std::vector<crdt::live_entry>& entries,
                                  std::uint64_t now_ms) {
  enter(now_ms);
  if (!entries.empty() || sessions_.contains(key)) {
    auto& e = find_or_add(key);
    note_entries(e.second, entries);
    settle(e);
  }
  leave();
}

void session_host::note_entries(hosted_session& s, const std::vector<crdt::live_entry>& entries) {
  s.live.clear();
  s.is_readable = true;
  count_running(s, -1);
  for (const auto& found : entries) {
    s.live.push_back(found.dot);
    auto decoded = decode_record(found.value.view());
    if (decoded.record) {
      if (!s.winner || decoded.record->rank() > s.winner->rank())
        s.winner = std::move(decoded.record);
    } else if (decoded.error == record_error::unknown_format) {
      s.is_readable = false;
    }
  }
  if (s.winner && s.winner->epoch >= s.epoch_agreed)
    s.epoch_agreed = 0;
  if (entries.empty() && s.at == stage::none)
    s.winner.reset();
  count_running(s, 1);
}

void session_host::count_running(const hosted_session& s, int sign) {
  if (!s.winner || s.winner->phase != session_phase::running)
    return;
  const auto counted = running_.try_emplace(s.winner->owner.node).first;
  counted->second += static_cast<std::uint64_t>(sign);
  if (counted->second == 0)
    running_.erase(counted);
}

bool session_host::is_outranked(const hosted_session& s) const {
  return s.winner && s.winner->rank() > s.mine.rank();
}

void session_host::write(entry& e) {
  auto& [key, s] = e;
  s.is_dirty = s.is_writing;
  if (s.is_writing)
    return;
  s.is_writing = true;
  const auto lifetime_ms = s.mine.phase == session_phase::stopped ? options_.remember_end_ms : 0;
  state_bytes_ += s.mine.state.bytes.size();
  const auto hold_timeout_ms = s.holders == record_holders::majority ? options_.lease.lease_ms : 0;
  commands_.push_back(write_record{key, encode(s.mine), s.live, lifetime_ms, s.holders, hold_timeout_ms});
}

void session_host::write_as(entry& e, session_phase phase, stage next) {
  auto& mine = e.second.mine;
  mine.phase = phase;
  ++mine.revision;
  set_stage(e, next);
  // The end is answered once it is written: then it must not be forgotten with one map.
  if (phase == session_phase::stopped)
    e.second.holders = record_holders::another;
  write(e);
}

void session_host::release(entry& e) {
  write_as(e, session_phase::placing, stage::releasing);
}

void session_host::write_done(const session_key& key, const crdt::fenced_result& result, std::uint64_t now_ms) {
  enter(now_ms);
  auto& e = find_or_add(key);
  auto& s = e.second;
  s.is_writing = false;
  note_entries(s, result.entries);
  if (s.at > stage::claiming && !is_outranked(s)) {
    if (s.at == stage::taking && result.written && !result.is_held)
      release(e);
    else if (result.written && !s.is_dirty)
      written(e);
    else if (s.at == stage::taking && (s.winner ? s.winner->rank() : record_rank{}) != s.claimed_base)
      // What the owner wrote before it went has come in only now.
      give_up_claim(e);
    else
      write(e);
  }
  settle(e);
  leave();
}

void session_host::write_failed(const session_key& key, std::uint64_t now_ms, std::string_view why) {
  enter(now_ms);
  auto& e = find_or_add(key);
  auto& s = e.second;
  s.is_writing = false;
  if (!why.empty())
    note_impediment(e, {outcome::not_recorded, cut_detail("node " + options_.self.node + ": " + std::string{why})});
  if (s.at == stage::taking)
    give_up_claim(e);
  else if (s.at != stage::none)
    s.is_dirty = true;
  leave();
}

void session_host::map_restarted(std::uint64_t now_ms) {
  enter(now_ms);
  news_.add({news::type::map_restarted, {}});
  here_round_.look_at_all();
  settle_all();
  leave();
}

void session_host::written(entry& e) {
  auto& [key, s] = e;
  switch (s.at) {
    case stage::taking:
      if (gives_up())
        release(e);
      else if (pauses())
        begin_confirmation(e);
      else
        run(e);
      break;
    case stage::confirming:
      break;
    case stage::releasing:
      if (!place_of(key, s.mine.state.schema_version))
        emit(host_event::type::stranded, key, {}, s.mine.state);
      set_stage(e, stage::none);
      break;
    case stage::ending:
      // Hosts that have asked for a start before may have had their answer from the map. If not, they ask again.
      for (auto& [id, w] : s.waiters)
        w.is_over |= w.type == request_type::start && w.origin != options_.self;
      emit(host_event::type::ended, key);
      set_stage(e, stage::none);
      break;
    default:
      break;
  }
}

void session_host::run(entry& e) {
  auto& [key, s] = e;
  s.run = ++last_run_;
  s.initial.reset();
  if (s.failures == 0)
    s.impediment.reset();
  set_stage(e, stage::running);
  state_bytes_ += s.mine.state.bytes.size();
  commands_.push_back(start_session{key, s.run, s.mine.epoch, s.mine.state});
  emit(host_event::type::started, key);
}

// -- what is to be done about it -------------------------------------------------------------------------------------

void session_host::settle(entry& e) {
  settle_session(e);
  pump_waiters(e);
  claim_if_wanted(e);
}

void session_host::go_on_settling(entry& e) {
  pump_more_waiters(e);
  claim_if_wanted(e);
}

void session_host::settle_session(entry& e) {
  follow_winner(e);
  auto& s = e.second;
  // Side by side with what has lost, or gone from the map: written anew.
  if (s.is_readable && s.at == stage::running && s.live.size() != 1 && !s.is_writing) {
    ++s.mine.revision;
    write(e);
  }
}

void session_host::claim_if_wanted(entry& e) {
  if (!e.second.is_readable)
    return;
  if (!e.second.waiters.want(request_type::start))
    e.second.initial.reset();
  if (wants(e))
    begin_claim(e);
  pump_messages(e);
}

void session_host::follow_winner(entry& e) {
  auto& [key, s] = e;
  if (s.at == stage::claiming) {
    if ((s.winner ? s.winner->rank() : record_rank{}) != s.claimed_base)
      give_up_claim(e);
    return;
  }
  if (s.at == stage::none || !is_outranked(s))
    return;
  switch (s.at) {
    case stage::taking:
    case stage::confirming:
      // Nothing has been started. If the write is under way, it is refused, or stays beside the winner.
      set_stage(e, stage::none);
      break;
    case stage::running:
      begin_stop(e, stop_reason::lost);
      break;
    case stage::stopping:
      s.reason = stop_reason::lost;
      break;
    case stage::moving:
    case stage::releasing:
      if (is_handed_over(s))
        emit(host_event::type::moved, key, s.winner->owner);
      else
        report_lost(e);
      set_stage(e, stage::none);
      break;
    case stage::ending:
      for (auto& [id, w] : s.waiters)
        w.is_begun = false;
      set_stage(e, stage::none);
      break;
    case stage::none:
    case stage::claiming:
      break;
  }
}

bool session_host::is_handed_over(const hosted_session& s) const {
  if (s.winner->owner == s.mine.target && s.winner->epoch == s.mine.epoch + 1)
    return true;
  // A later epoch than its own is granted by an owner only for the record with the last state. The claimant may have
  // handed the session on already; had it withdrawn, it would have said so, as long as it can be reached.
  return s.granted && s.granted->epoch > s.mine.epoch && s.granted->epoch <= s.winner->epoch
         && (s.granted->claimant == s.winner->owner || peers_.contains(s.granted->claimant));
}

bool session_host::is_up(const host_id& host) const {
  return host == options_.self || peers_.contains(host);
}

bool session_host::may_run(const host_id& owner) const {
  return is_up(owner) || unmet_.contains(owner.node);
}

bool session_host::knows(const std::string& kind, std::uint32_t schema_version) const {
  const auto known = profile_.kinds.find(kind);
  return known != profile_.kinds.end() && schema_version <= known->second;
}

bool session_host::knows_all_hosts() const {
  return unmet_.empty()
         && std::all_of(peers_.begin(), peers_.end(), [](const auto& p) { return p.second.has_announced; });
}

std::optional<host_id> session_host::place_of(const session_key& key, std::uint32_t schema_version) const {
  return place(key, schema_version, hosts());
}

bool session_host::is_placed_here(const session_key& key, std::uint32_t schema_version) const {
  return place_of(key, schema_version) == options_.self;
}

bool session_host::wants(const entry& e) const {
  const auto& [key, s] = e;
  if (s.at != stage::none || !is_caught_up_ || is_paused_ || is_unsure() || gives_up() || now_ms_ < s.retry_at_ms)
    return false;
  if (!s.winner || s.winner->phase == session_phase::stopped)
    return s.initial && knows(key.kind, s.initial->schema_version);
  const auto version = s.winner->state.schema_version;
  if (s.winner->phase == session_phase::moving && s.winner->target == options_.self)
    return knows(key.kind, version);
  if (s.winner->phase != session_phase::placing && (is_up(s.winner->owner) || !unmet_.empty()))
    return false;
  return s.waiters.want(request_type::stop) || is_placed_here(key, version);
}

// -- claims ----------------------------------------------------------------------------------------------------------

bool session_host::may_grant() const {
  return !pauses() || (is_caught_up_ && now_ms_ >= started_ms_ + options_.lease.lease_ms + options_.lease.guard_ms);
}

bool session_host::is_granted_away(const hosted_session& s, const host_id& claimant) const {
  if (!s.granted || s.granted->claimant == claimant || (s.winner && s.winner->epoch >= s.granted->epoch))
    return false;
  const auto up = peers_.find(s.granted->claimant);
  if (up == peers_.end())
    return leases_.is_promised(s.granted->claimant.incarnation, now_ms_);
  // Its record would have come by now.
  const auto lapses_ms = pauses() ? options_.lease.lease_ms + options_.lease.guard_ms : options_.move_timeout_ms;
  return now_ms_ < std::max(s.granted->at_ms, up->second.up_since_ms) + lapses_ms;
}

verdict session_host::judge(const host_id& from, const claim& m, entry& e) {
  auto& s = e.second;
  if (!s.is_readable || (s.winner && s.winner->rank() > m.base) || m.base.epoch < s.epoch_agreed)
    return verdict::outdated;
  if (!may_grant())
    return verdict::not_ready;
  const auto is_left_to_it = m.base_phase == session_phase::placing || m.base_phase == session_phase::stopped
                             || (m.base_phase == session_phase::moving && m.base_target == from);
  if (s.at > stage::claiming && !(is_left_to_it && m.base == s.mine.rank()))
    return verdict::owned;
  if (!is_left_to_it && may_run(m.base_owner))
    return verdict::owned;
  if (!is_left_to_it && leases_.is_promised(m.base_owner.incarnation, now_ms_))
    return verdict::promised;
  if (is_granted_away(s, from) || (s.granted && s.granted->claimant != from && m.epoch <= s.granted->epoch))
    return verdict::granted_to_other;
  if (s.at == stage::claiming) {
    if (std::pair{s.claimed_epoch, options_.self.incarnation} > std::pair{m.epoch, from.incarnation})
      return verdict::granted_to_other;
    give_up_claim(e);
  }
  s.granted = grant{from, m.epoch, now_ms_};
  return verdict::granted;
}

void session_host::handle(const host_id& from, claim&& m) {
  auto& e = find_or_add(m.key);
  const auto answer = judge(from, m, e);
  const auto& s = e.second;
  auto known = std::max({s.winner ? s.winner->epoch : 0, s.granted ? s.granted->epoch : 0, s.mine.epoch});
  if (s.at == stage::claiming)
    known = std::max(known, s.claimed_epoch);
  send(from, claim_answer{m.key, m.epoch, answer, known});
}

void session_host::handle(const host_id& from, claim_withdrawn&& m) {
  const auto found = find(m.key);
  if (found == sessions_.end())
    return;
  auto& granted = found->second.granted;
  if (granted && granted->claimant == from && granted->epoch == m.epoch) {
    found->second.epoch_heard = std::max(found->second.epoch_heard, m.epoch);
    granted.reset();
    settle(*found);
  }
}

void session_host::handle(const host_id& from, claim_answer&& m) {
  const auto found = find(m.key);
  if (found == sessions_.end())
    return;
  auto& s = found->second;
  if (s.at != stage::claiming || s.claimed_epoch != m.epoch || s.unanswered.erase(from) == 0)
    return;
  if (m.answer != verdict::granted && m.answer != verdict::not_ready) {
    s.epoch_heard = std::max(s.epoch_heard, m.epoch_known);
    note_impediment(*found, obstacle_to_claim(options_.self.node, from.node, m.answer, owner_of(s)));
    return give_up_claim(*found);
  }
  if (m.answer == verdict::granted)
    s.granted_by.insert(from.node);
  check_claim(*found);
}

void session_host::begin_claim(entry& e) {
  auto& [key, s] = e;
  claim m{key, 1, {}, session_phase::stopped, {}, {}};
  if (s.winner) {
    m.epoch = s.winner->epoch + 1;
    m.base = s.winner->rank();
    m.base_phase = s.winner->phase;
    m.base_owner = s.winner->owner;
    m.base_target = s.winner->target;
  }
  m.epoch = std::max({m.epoch, s.epoch_heard + 1, s.granted ? s.granted->epoch + 1 : 0});
  // This host asks itself, too.
  if (const auto answer = judge(options_.self, m, e); answer != verdict::granted) {
    s.retry_at_ms = now_ms_ + options_.retry_after_ms;
    note_impediment(e, obstacle_to_claim(options_.self.node, options_.self.node, answer, owner_of(s)));
    return;
  }
  s.granted.reset();
  s.claimed_epoch = m.epoch;
  s.claimed_base = m.base;
  s.granted_by.clear();
  s.unanswered.clear();
  for (const auto& [host, about] : peers_)
    s.unanswered.insert(host);
  set_stage(e, stage::claiming);
  send_all(m);
  check_claim(e);
}

void session_host::check_claim(entry& e) {
  auto& s = e.second;
  if (s.at != stage::claiming || !s.unanswered.empty())
    return;
  if (gives_up())
    return give_up_claim(e);
  // Those who granted it first may have promised the owner something since then. As long as the claim is younger than
  // the guard, that does not help him: when it began, none of them had answered him for a lease.
  const auto is_owned = s.winner && s.winner->phase == session_phase::running;
  const auto is_late = is_owned && now_ms_ >= s.since_ms + options_.lease.guard_ms;
  if (pauses() && (is_paused_ || is_late || !leases_.is_majority(s.granted_by))) {
    note_impediment(e, obstacle_to_claim(options_.self.node, {}, verdict::not_ready, {}));
    give_up_claim(e);
  } else {
    take(e);
  }
}

void session_host::give_up_claim(entry& e) {
  auto& [key, s] = e;
  send_all(claim_withdrawn{key, s.claimed_epoch});
  s.epoch_heard = std::max(s.epoch_heard, s.claimed_epoch);
  s.retry_at_ms = now_ms_ + options_.retry_after_ms;
  set_stage(e, stage::none);
}

void session_host::take(entry& e) {
  auto& s = e.second;
  const auto goes_on = s.winner && s.winner->phase != session_phase::stopped;
  if (!goes_on && !s.initial)
    return give_up_claim(e);
  s.mine.phase = session_phase::running;
  s.mine.epoch = s.claimed_epoch;
  s.mine.revision = 1;
  s.mine.owner = options_.self;
  if (goes_on && s.waiters.want(request_type::stop)) {
    s.mine.phase = session_phase::stopped;
    for (auto& [id, w] : s.waiters)
      w.is_begun = w.type == request_type::stop;
    set_stage(e, stage::ending);
    return write(e);
  }
  s.mine.state = goes_on ? s.winner->state : *s.initial;
  set_stage(e, stage::taking);
  // With `pause`, whoever claims the session later finds the record at one of those that he needs, whatever has become
  // of the grants. Else, who has been told that a session is started may rely on it.
  if (pauses())
    s.holders = record_holders::majority;
  else if (!goes_on)
    s.holders = record_holders::another;
  write(e);
}

// -- confirmation ----------------------------------------------------------------------------------------------------
//
// With `pause`, grants alone do not do: they may have lapsed when the record comes, and another host may have been
// granted a later epoch meanwhile by hosts that had not seen it. Of any two majorities, one that agrees to an epoch and
// one that grants a later one, a host is in both. If it has agreed first, it grants no claim that does not know the
// record; if it has granted first, it does not agree. (So do the acceptors of Lamport, Paxos Made Simple, section 2.2.)

bool session_host::agree(hosted_session& s, std::uint64_t epoch) {
  if ((s.granted && s.granted->epoch > epoch) || (s.winner && s.winner->epoch > epoch) || s.epoch_agreed > epoch)
    return false;
  if (!s.winner || s.winner->epoch < epoch)
    s.epoch_agreed = epoch;
  return true;
}

void session_host::begin_confirmation(entry& e) {
  auto& [key, s] = e;
  if (!agree(s, s.mine.epoch))
    return release(e);
  s.agreed_by.clear();
  set_stage(e, stage::confirming);
  send_all(run_question{key, s.mine.epoch});
  check_confirmation(e);
}

void session_host::check_confirmation(entry& e) {
  auto& s = e.second;
  if (gives_up() || now_ms_ >= s.since_ms + options_.lease.lease_ms)
    release(e);
  else if (leases_.is_majority(s.agreed_by) && !is_unsure())
    run(e);
}

void session_host::handle(const host_id& from, run_question&& m) {
  // Who has just started may have forgotten that it has granted a later epoch.
  if (!may_grant())
    return;
  send(from, run_answer{m.key, m.epoch, agree(find_or_add(m.key).second, m.epoch)});
}

void session_host::handle(const host_id& from, run_answer&& m) {
  const auto found = find(m.key);
  if (found == sessions_.end() || found->second.at != stage::confirming || found->second.mine.epoch != m.epoch)
    return;
  if (!m.agreed)
    return release(*found);
  found->second.agreed_by.insert(from.node);
  check_confirmation(*found);
}

// -- the sessions of this host ---------------------------------------------------------------------------------------

bool session_host::checkpoint(const session_key& key, std::uint64_t run, saved_state state, std::uint64_t now_ms) {
  enter(now_ms);
  const auto found = find(key);
  const auto is_owner = found != sessions_.end() && found->second.at == stage::running && found->second.run == run
                        && !is_outranked(found->second);
  if (is_owner) {
    auto& s = found->second;
    s.failures = 0;
    if (s.mine.state != state) {
      s.mine.state = std::move(state);
      ++s.mine.revision;
      write(*found);
    }
  }
  leave();
  return is_owner;
}

void session_host::begin_stop(entry& e, stop_reason reason) {
  auto& [key, s] = e;
  s.reason = reason;
  s.is_dirty = false;
  set_stage(e, stage::stopping);
  commands_.push_back(stop_session{key, s.run});
}

void session_host::session_stopped(const session_key& key, std::uint64_t run, std::optional<saved_state> state,
                                   std::uint64_t now_ms) {
  enter(now_ms);
  const auto found = find(key);
  if (found != sessions_.end() && found->second.at == stage::stopping && found->second.run == run) {
    if (state)
      found->second.mine.state = std::move(*state);
    after_stop(*found);
    settle(*found);
  }
  leave();
}

void session_host::after_stop(entry& e) {
  auto& [key, s] = e;
  switch (s.reason) {
    case stop_reason::move: {
      const auto target = place_of(key, s.mine.state.schema_version);
      if (target && *target != options_.self) {
        s.mine.target = *target;
        write_as(e, session_phase::moving, stage::moving);
      } else {
        release(e);
      }
      break;
    }
    case stop_reason::release:
      release(e);
      break;
    case stop_reason::lost:
      report_lost(e);
      set_stage(e, stage::none);
      break;
    case stop_reason::end:
      ++s.mine.epoch;
      s.mine.revision = 0;
      s.mine.state = {};
      write_as(e, session_phase::stopped, stage::ending);
      break;
    case stop_reason::resolve:
      commands_.push_back(resolve_conflict{key, s.run, s.mine.state, std::move(*s.loser)});
      s.loser.reset();
      break;
  }
}

void session_host::report_lost(entry& e) {
  auto& [key, s] = e;
  const auto& winner = s.winner->owner;
  emit(host_event::type::lost, key, winner, s.mine.state);
  if (peers_.contains(winner))
    send(winner, loser_state{key, s.mine.state});
}

void session_host::handle(const host_id&, loser_state&& m) {
  const auto found = find(m.key);
  const auto kind = options_.kinds.find(m.key.kind);
  if (found == sessions_.end() || found->second.at != stage::running || kind == options_.kinds.end()
      || !kind->second.resolves || !knows(m.key.kind, m.state.schema_version))
    return;
  found->second.loser = std::move(m.state);
  begin_stop(*found, stop_reason::resolve);
}

void session_host::resolved(const session_key& key, std::uint64_t run, saved_state state, std::uint64_t now_ms) {
  enter(now_ms);
  const auto found = find(key);
  if (found != sessions_.end() && found->second.at == stage::stopping && found->second.run == run) {
    auto& s = found->second;
    s.mine.state = std::move(state);
    if (s.reason == stop_reason::resolve)
      write_as(*found, session_phase::running, stage::taking);
    else
      after_stop(*found);
    settle(*found);
  }
  leave();
}

void session_host::session_ended(const session_key& key, std::uint64_t run, bool failed, std::uint64_t now_ms,
                                 std::string_view why) {
  enter(now_ms);
  const auto found = find(key);
  if (found != sessions_.end() && found->second.run == run) {
    auto& s = found->second;
    if (s.at == stage::running) {
      s.reason = failed ? stop_reason::release : stop_reason::end;
      if (failed) {
        s.failures = std::min(s.failures + 1, failures_max);
        s.retry_at_ms = now_ms_ + (options_.retry_after_ms << s.failures);
        note_impediment(*found, {outcome::failing, cut_detail("node " + options_.self.node + ": " + std::string{why})});
      }
      after_stop(*found);
    } else if (s.at == stage::stopping) {
      // One that has done its work is over, wherever it was to go. If another host goes on with it, that counts.
      if (!failed && s.reason != stop_reason::lost) {
        s.reason = stop_reason::end;
        s.loser.reset();
      }
      after_stop(*found);
    }
    settle(*found);
  }
  leave();
}

// -- moving ----------------------------------------------------------------------------------------------------------

void session_host::queue_moves() {
  if (gives_up() || options_.rebalance_max > 0)
    moves_.look_at_all();
}

void session_host::plan_moves() {
  const auto moving_max = gives_up() ? options_.drain_max : options_.rebalance_max;
  is_planning_ = moves_.go_on(here_, options_.step_sessions_max, [&](auto position) {
    const auto key = *position;
    const auto is_planned = moving_.size() < moving_max && plan_move(key);
    return is_planned ? std::optional{here_.upper_bound(key)} : std::nullopt;
  });
}

bool session_host::plan_move(const session_key& key) {
  auto& e = find_or_add(key);
  const auto& s = e.second;
  if (s.at != stage::running)
    return true;
  const auto target = place_of(key, s.mine.state.schema_version);
  if (is_better_kept(target))
    return false;
  if (gives_up() || (target && *target != options_.self)) {
    moving_.insert(key);
    begin_stop(e, stop_reason::move);
  }
  return true;
}

bool session_host::is_better_kept(const std::optional<host_id>& target) const {
  const auto to = target ? peers_.find(*target) : peers_.end();
  if (to == peers_.end() || to->second.profile.is_ready)
    return false;
  const auto start_ms = pauses() ? options_.lease.lease_ms + options_.lease.guard_ms : 0;
  return !profile_.draining || now_ms_ < drain_began_ms_ + options_.move_timeout_ms + start_ms;
}

void session_host::set_cordoned(bool cordoned, std::uint64_t now_ms) {
  enter(now_ms);
  is_cordoned_ = cordoned;
  note_cordon();
  leave();
}

void session_host::set_in_service(bool in_service, std::uint64_t now_ms) {
  enter(now_ms);
  if (std::exchange(is_in_service_, in_service) != in_service) {
    note_cordon();
    here_round_.look_at_all();
    queue_moves();
    settle_all();
  }
  leave();
}

void session_host::note_cordon() {
  const auto cordoned = is_cordoned_ || !is_in_service_;
  if (std::exchange(profile_.cordoned, cordoned) != cordoned) {
    send_all(own_announcement());
    settle_all();
  }
}

void session_host::drain(std::uint64_t now_ms) {
  enter(now_ms);
  if (!std::exchange(profile_.draining, true)) {
    drain_began_ms_ = now_ms_;
    send_all(own_announcement());
    here_round_.look_at_all();
    queue_moves();
    settle_all();
  }
  leave();
}

std::vector<host_id> session_host::unaware() const {
  std::vector<host_id> result;
  for (const auto& [host, about] : peers_)
    if (!about.has_heard_leaving)
      result.push_back(host);
  return result;
}

// -- time ------------------------------------------------------------------------------------------------------------

void session_host::tick(std::uint64_t now_ms) {
  enter(now_ms);
  if (pauses() && now_ms_ >= asked_ms_ + options_.lease.lease_ms / 5)
    ask_for_leases();
  std::erase_if(departed_, [&](const auto& d) { return now_ms_ >= d.second.gone_ms + options_.return_wait_ms; });
  requests_round_.look_at(options_.tick_sessions_max, pending_.size());
  round_.look_at(options_.tick_sessions_max, sessions_.size());
  leave();
}

void session_host::ask_for_leases() {
  asked_ms_ = now_ms_;
  send_all(lease_question{now_ms_});
}

void session_host::was_not_run(std::uint64_t unseen_ms, std::uint64_t now_ms) {
  leases_.doubt(now_ms, unseen_ms);
  enter(now_ms);
  if (pauses())
    ask_for_leases();
  leave();
}

session_listing session_host::sessions(const session_key& after, std::size_t looked_max) const {
  session_listing result;
  for (auto position = sessions_.upper_bound(after); position != sessions_.end(); ++position) {
    if (looked_max-- == 0) {
      result.last = std::prev(position)->first;
      break;
    }
    const auto& [key, s] = *position;
    if (s.winner && s.winner->phase != session_phase::stopped)
      result.sessions.push_back({key, s.winner->phase, s.winner->owner, s.winner->epoch, s.at == stage::running,
                                 s.inbox.size() + s.outbox.size()});
  }
  return result;
}

} // namespace ariadne::session
