#include "session/session_host.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace ariadne::session {

// -- in and out ------------------------------------------------------------------------------------------------------

void session_host::begin_event(std::uint64_t now_ms) {
  host_.now_ms = std::max(host_.now_ms, now_ms);
  // Before anything that has come in counts: what the lease has run out for must have stopped by then.
  if (host_.mandate.lapse(host_.now_ms)) {
    host_.commands.emit(host_event::type::paused);
    news_.add({news::type::paused, {}});
    here_round_.look_at_all();
    settle_all();
  }
}

void session_host::end_event() {
  if (host_.mandate.resume(host_.now_ms)) {
    host_.commands.emit(host_event::type::resumed);
    settle_all();
  }
  if (host_.mandate.has_become_sure()) {
    here_round_.look_at_all();
    settle_all();
  }
  note_readiness();
  step();
  reserve_epochs();
  plan_moves();
  if (is_vacated())
    host_.hosts.tell_leaving(host_.links);
  if (!is_drain_reported_ && is_drained()) {
    is_drain_reported_ = true;
    host_.commands.emit(host_event::type::drained);
  }
}

void session_host::note_readiness() {
  auto& hosts = host_.hosts;
  const auto& mandate = host_.mandate;
  hosts.set_paused(mandate.is_paused());
  const auto is_news = hosts.set_ready(mandate.may_start() && hosts.is_in_service() && mandate.may_grant(host_.now_ms));
  announce_change();
  if (is_news) {
    settle_all();
    queue_moves();
  }
}

bool session_host::announce_change() {
  const auto is_change = host_.hosts.take_change();
  if (is_change)
    host_.links.send_all(own_announcement());
  return is_change;
}

announce session_host::own_announcement() const {
  return {.profile = host_.hosts.profile(),
          .takes_pieces = host_.options.pieces.takes_pieces,
          .tells_voters = host_.mandate.pauses()};
}

std::vector<command> session_host::take_commands() {
  host_.links.flush(host_.now_ms);
  return host_.commands.take();
}

session_entry& session_host::find_or_add(const session_key& key) {
  const auto [position, is_added] = sessions_.try_emplace(key, host_.queue);
  if (is_added)
    position->second.heard = news_.last();
  hear_news(*position);
  return *position;
}

session_entry* session_host::find(const session_key& key) {
  const auto found = sessions_.find(key);
  if (found == sessions_.end())
    return nullptr;
  hear_news(*found);
  return &*found;
}

// -- the network -----------------------------------------------------------------------------------------------------

void session_host::peer_up(const host_id& peer, std::uint64_t now_ms) {
  if (const auto old = host_.hosts.host_of(peer.node)) {
    if (*old == peer)
      return;
    peer_down(*old, now_ms);
  }
  const event_scope scope{*this, now_ms};
  host_.hosts.add(peer, host_.now_ms);
  host_.links.open(peer);
  host_.links.send(peer, own_announcement());
  settle_all();
}

void session_host::peer_down(const host_id& peer, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (!host_.hosts.has_peer(peer))
    return;
  host_.hosts.remove(peer, host_.now_ms);
  host_.links.close(peer);
  host_.mandate.voters().gone(peer);
  news_.add({news::type::host_gone, peer});
  requests_.look_at_all();
  settle_all();
  queue_moves();
}

void session_host::set_unmet(std::set<std::string> nodes, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (host_.hosts.set_unmet(std::move(nodes)))
    settle_all();
}

std::string_view session_host::receive(const host_id& from, std::string_view frame, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (!host_.hosts.has_peer(from))
    return {};
  return host_.links.receive(from, frame, host_.now_ms, [&](peer_message&& message) {
    std::visit([&](auto& m) { handle(from, std::move(m)); }, message);
  });
}

template <class Message>
void session_host::handle(const host_id& from, Message&& m) {
  if (auto* e = find(m.key)) {
    auto in = scope_of(*e, host_);
    e->second.machine.hear(in, from, std::forward<Message>(m));
  }
}

void session_host::handle(const host_id& from, announce&& m) {
  host_.links.set_takes_pieces(from, m.takes_pieces);
  if (m.tells_voters && host_.mandate.pauses() && host_.mandate.voters().will_tell(from))
    host_.links.send(from, voters{host_.mandate.voters().own()});
  if (!host_.hosts.announced(from, std::move(m.profile)))
    return;
  settle_all();
  queue_moves();
}

void session_host::handle(const host_id& from, leaving&& m) {
  host_.hosts.peer_leaves(from);
  host_.links.send(from, leaving_answer{m.number});
}

void session_host::handle(const host_id& from, leaving_answer&& m) {
  host_.hosts.leave_heard(from, m.number);
}

void session_host::handle(const host_id& from, voters&& m) {
  if (!host_.mandate.pauses())
    return;
  if (host_.mandate.voters().told(from, m.names))
    // What has been asked before was not answered.
    host_.links.send(from, lease_question{host_.now_ms});
  else
    host_.commands.add(
      host_event{.what = host_event::type::voters_differ, .other = from, .voters = std::move(m.names)});
}

void session_host::handle(const host_id& from, lease_question&& m) {
  if (!host_.mandate.voters().may_have_lease(from))
    return;
  host_.mandate.leases().promise(from, host_.now_ms);
  host_.links.send(from, lease_answer{m.asked_ms});
}

void session_host::handle(const host_id& from, lease_answer&& m) {
  host_.mandate.leases().answered(from.node, m.asked_ms);
}

void session_host::handle(const host_id& from, claim&& m) {
  auto& e = find_or_add(m.key);
  auto in = scope_of(e, host_);
  e.second.machine.hear(in, from, m);
}

void session_host::handle(const host_id& from, claim_withdrawn&& m) {
  if (auto* e = find(m.key); e && e->second.machine.hear(from, m))
    settle(*e);
}

void session_host::handle(const host_id& from, run_question&& m) {
  // A host that has just started may have forgotten that it has granted a later epoch.
  if (!host_.mandate.may_grant(host_.now_ms))
    return;
  auto& e = find_or_add(m.key);
  auto in = scope_of(e, host_);
  e.second.machine.hear(in, from, m);
}

void session_host::handle(const host_id& from, start_request&& m) {
  add_waiter(find_or_add(m.key), requests_.waiter_from(from, m.number, request_type::start, std::move(m.state)));
}

void session_host::handle(const host_id& from, stop_request&& m) {
  add_waiter(find_or_add(m.key), requests_.waiter_from(from, m.number, request_type::stop));
}

void session_host::handle(const host_id& from, delivery&& m) {
  if (auto* e = find(m.key))
    messages_.receive(*e, from, std::move(m));
  else
    requests_.respond(from, m.number, outcome::elsewhere);
}

void session_host::handle(const host_id& from, response&& m) {
  const auto* request = requests_.find(m.number);
  if (!request)
    return;
  auto& e = find_or_add(request->key);
  if (request->type == request_type::deliver)
    messages_.answered(e, from, std::move(m));
  else if (requests_.answered(e, from, std::move(m)))
    claim_if_wanted(e);
}

void session_host::handle(const host_id& from, request_withdrawn&& m) {
  if (auto* e = find(m.key))
    requests_.drop(*e, m.number, from);
}

// -- the map ---------------------------------------------------------------------------------------------------------

void session_host::caught_up(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (!host_.mandate.catch_up())
    return;
  host_.epochs.want(0);
  settle_all();
}

void session_host::record_changed(const session_key& key, const std::vector<crdt::live_entry>& entries,
                                  std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (entries.empty() && !sessions_.contains(key))
    return;
  auto& e = find_or_add(key);
  auto in = scope_of(e, host_);
  e.second.machine.note_entries(in, entries);
  settle(e);
}

void session_host::write_done(const session_key& key, const crdt::fenced_result& result, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  auto& e = find_or_add(key);
  auto in = scope_of(e, host_);
  e.second.machine.write_done(in, result);
  settle(e);
}

void session_host::write_failed(const session_key& key, std::uint64_t now_ms, std::string_view why) {
  const event_scope scope{*this, now_ms};
  auto& e = find_or_add(key);
  auto in = scope_of(e, host_);
  e.second.machine.write_failed(in, why);
}

void session_host::reservation_changed(const std::string& node, const std::vector<crdt::live_entry>& entries,
                                       std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  host_.epochs.note(node, entries);
}

void session_host::reservation_done(const crdt::fenced_result& result, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  host_.epochs.written(result, host_.now_ms + host_.options.retry_after_ms);
}

void session_host::reservation_failed(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  host_.epochs.write_failed(host_.now_ms + host_.options.retry_after_ms);
}

void session_host::reserve_epochs() {
  if (auto next = host_.epochs.next(host_.now_ms))
    host_.commands.add(write_reservation{.map_key = to_reservation_key(host_.hosts.self().node),
                                         .value = encode(next->value),
                                         .expected = std::move(next->expected),
                                         .hold_timeout_ms = host_.options.lease.lease_ms});
}

void session_host::map_restarted(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  host_.epochs.map_restarted();
  news_.add({news::type::map_restarted, {}});
  here_round_.look_at_all();
  settle_all();
}

// -- the sessions of this host ---------------------------------------------------------------------------------------

bool session_host::checkpoint(const session_key& key, run_id run, snapshot state, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  auto* e = find(key);
  if (!e)
    return false;
  auto in = scope_of(*e, host_);
  return e->second.machine.checkpoint(in, run, std::move(state));
}

void session_host::session_stopped(const session_key& key, run_id run, std::optional<snapshot> state,
                                   std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  change(key, [&](stage_machine& machine, session_scope& in) { return machine.stopped(in, run, std::move(state)); });
}

void session_host::session_ended(const session_key& key, run_id run, bool failed, std::uint64_t now_ms,
                                 std::string_view why) {
  const event_scope scope{*this, now_ms};
  change(key, [&](stage_machine& machine, session_scope& in) { return machine.ended(in, run, failed, why); });
}

void session_host::resolved(const session_key& key, run_id run, snapshot state, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  change(key, [&](stage_machine& machine, session_scope& in) { return machine.resolved(in, run, std::move(state)); });
}

void session_host::handled(const session_key& key, const host_id& origin, std::uint64_t number,
                           std::optional<std::string> answer, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  const auto result = answer ? outcome::done : outcome::unanswered;
  auto text = answer ? std::move(*answer) : std::string{};
  const auto& self = host_.hosts.self();
  if (origin != self)
    requests_.respond(origin, number, result, self, std::move(text));
  auto& e = find_or_add(key);
  if (origin == self)
    messages_.handled(e, number, result, std::move(text));
  messages_.pump(e);
}

// -- requests --------------------------------------------------------------------------------------------------------

void session_host::start(std::uint64_t request, const session_key& key, snapshot state, std::uint64_t deadline_ms,
                         std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  const auto* known = find(key);
  const auto exists = known != nullptr && known->second.machine.record().is_session();
  if (!requests_.refuse_start(request, key, state, exists))
    add_request(request, {key, request_type::start, host_.now_ms, deadline_ms}, std::move(state));
}

void session_host::stop(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms,
                        std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  add_request(request, {key, request_type::stop, host_.now_ms, deadline_ms});
}

void session_host::locate(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms,
                          std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  add_request(request, {key, request_type::locate, host_.now_ms, deadline_ms});
}

void session_host::deliver(std::uint64_t request, const session_key& key, std::string payload,
                           std::uint64_t deadline_ms, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (requests_.add(request, {key, request_type::deliver, host_.now_ms, deadline_ms}))
    messages_.post(find_or_add(key), request, std::move(payload));
}

void session_host::withdraw(std::uint64_t request, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (const auto* withdrawn = requests_.find(request))
    requests_.withdraw(find_or_add(withdrawn->key), request);
}

void session_host::add_request(std::uint64_t number, request_book::request r, snapshot state) {
  waiter w{.origin = host_.hosts.self(),
           .number = number,
           .type = r.type,
           .deadline_ms = r.deadline_ms,
           .state = std::move(state)};
  const auto key = r.key;
  if (requests_.add(number, std::move(r)))
    add_waiter(find_or_add(key), std::move(w));
}

void session_host::add_waiter(session_entry& e, waiter w) {
  const auto added = e.second.waiting.add(std::move(w));
  auto in = scope_of(e, host_);
  e.second.machine.settle(in);
  requests_.serve(e, added);
  claim_if_wanted(e);
}

// -- one session -----------------------------------------------------------------------------------------------------

template <class Change>
void session_host::change(const session_key& key, Change change) {
  if (auto* e = find(key)) {
    auto in = scope_of(*e, host_);
    if (change(e->second.machine, in))
      settle(*e);
  }
}

void session_host::settle(session_entry& e) {
  auto in = scope_of(e, host_);
  e.second.machine.settle(in);
  requests_.serve_all(e);
  claim_if_wanted(e);
}

void session_host::claim_if_wanted(session_entry& e) {
  if (!e.second.machine.record().is_readable())
    return;
  auto in = scope_of(e, host_);
  e.second.machine.claim_if_wanted(in);
  messages_.pump(e);
}

void session_host::look_at(session_entry& e) {
  hear_news(e);
  messages_.expire(e);
  auto in = scope_of(e, host_);
  e.second.machine.look_at(in);
  settle(e);
}

void session_host::look_at_request(std::uint64_t number) {
  auto& e = find_or_add(requests_.find(number)->key);
  if (!messages_.give_up_if_lost(e, number) && requests_.is_over(e, number))
    requests_.give_up(e, number);
}

void session_host::hear_news(session_entry& e) {
  auto& [key, s] = e;
  auto in = scope_of(e, host_);
  news_.tell(s.heard, [&, &s = s](const news& n) {
    switch (n.what) {
      case news::type::host_gone:
        s.mail.drop_all_of(n.host);
        s.machine.lose_host(in, n.host);
        break;
      case news::type::paused:
        s.machine.pause(in);
        break;
      case news::type::map_restarted:
        s.machine.lose_map(in);
        break;
    }
  });
}

// -- all sessions ----------------------------------------------------------------------------------------------------

void session_host::step() {
  requests_.go_on([&](std::uint64_t number) { look_at_request(number); });
  requests_.go_on_serving([&](const session_key& key) {
    auto& e = find_or_add(key);
    requests_.serve_more(e);
    claim_if_wanted(e);
  });
  const auto& here = host_.here;
  here_round_.go_on(here, host_.options.step_sessions_max, [&](auto position) {
    if (host_.commands.is_enough())
      return std::optional<decltype(position)>{};
    const auto key = *position;
    look_at(find_or_add(key));
    return std::optional{here.upper_bound(key)};
  });
  const auto turns = round_.turns();
  const auto sessions_left = here_round_.is_due() ? 0 : host_.options.step_sessions_max;
  round_.go_on(sessions_, sessions_left, [&](auto position) {
    if (host_.commands.is_enough())
      return std::optional<decltype(position)>{};
    look_at(*position);
    return std::optional{position->second.is_idle(host_) ? sessions_.erase(position) : std::next(position)};
  });
  if (round_.turns() != turns)
    news_.forget_up_to(std::exchange(turn_news_, news_.last()));
}

void session_host::work(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
}

void session_host::tick(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (host_.mandate.is_time_to_ask(host_.now_ms))
    ask_for_leases();
  host_.hosts.forget_departed(host_.now_ms);
  requests_.look_at_some(host_.options.tick_sessions_max);
  round_.look_at(host_.options.tick_sessions_max, sessions_.size());
}

void session_host::ask_for_leases() {
  host_.links.send_all(lease_question{host_.now_ms});
}

void session_host::was_not_run(std::uint64_t unseen_ms, std::uint64_t now_ms) {
  host_.mandate.leases().doubt(now_ms, unseen_ms);
  const event_scope scope{*this, now_ms};
  if (host_.mandate.ask_at_once(host_.now_ms))
    ask_for_leases();
}

// -- the node --------------------------------------------------------------------------------------------------------

void session_host::set_cordoned(bool cordoned, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  host_.hosts.set_cordoned(cordoned);
  if (announce_change())
    settle_all();
}

void session_host::set_in_service(bool in_service, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (host_.hosts.set_in_service(in_service))
    change_course();
}

void session_host::drain(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (host_.hosts.drain(host_.now_ms))
    change_course();
}

void session_host::change_course() {
  announce_change();
  here_round_.look_at_all();
  queue_moves();
  settle_all();
}

void session_host::queue_moves() {
  if (host_.hosts.gives_up() || host_.options.rebalance_max > 0)
    moves_.look_at_all();
}

void session_host::plan_moves() {
  const auto moving_max = host_.hosts.gives_up() ? host_.options.drain_max : host_.options.rebalance_max;
  const auto& here = host_.here;
  is_planning_ = moves_.go_on(here, host_.options.step_sessions_max, [&](auto position) {
    const auto key = *position;
    const auto is_planned = host_.moving.size() < moving_max && plan_move(key);
    return is_planned ? std::optional{here.upper_bound(key)} : std::nullopt;
  });
}

bool session_host::plan_move(const session_key& key) {
  auto& e = find_or_add(key);
  auto& machine = e.second.machine;
  if (!machine.is(stage::running))
    return true;
  const auto target = host_.hosts.place_of(key, machine.own().state.schema_version);
  if (is_better_kept(target))
    return false;
  if (host_.hosts.gives_up() || (target && *target != host_.hosts.self())) {
    host_.moving.insert(key);
    auto in = scope_of(e, host_);
    machine.begin_stop(in, stop_reason::move);
  }
  return true;
}

bool session_host::is_better_kept(const std::optional<host_id>& target) const {
  const auto& hosts = host_.hosts;
  if (!target || !hosts.has_peer(*target) || hosts.profile_of(*target).is_ready)
    return false;
  return !hosts.profile().draining
         || host_.now_ms < hosts.drain_began_ms() + host_.options.move_timeout_ms + host_.mandate.start_delay_ms();
}

// -- what it knows ---------------------------------------------------------------------------------------------------

session_listing session_host::sessions(const session_key& after, std::size_t looked_max) const {
  session_listing result;
  for (auto position = sessions_.upper_bound(after); position != sessions_.end(); ++position) {
    if (looked_max-- == 0) {
      result.last = std::prev(position)->first;
      break;
    }
    const auto& [key, s] = *position;
    const auto& record = s.machine.record();
    if (record.is_session())
      result.sessions.push_back({.key = key,
                                 .phase = record.winner()->phase,
                                 .owner = record.winner()->owner,
                                 .epoch = record.epoch(),
                                 .here = s.machine.is(stage::running),
                                 .waiting_messages = s.mail.waiting()});
  }
  return result;
}

key_listing session_host::unsaved(const session_key& after, std::size_t looked_max) const {
  key_listing result;
  for (auto position = host_.here.upper_bound(after); position != host_.here.end(); ++position) {
    if (looked_max-- == 0) {
      result.last = *std::prev(position);
      break;
    }
    if (sessions_.at(*position).machine.is_unsaved())
      result.keys.push_back(*position);
  }
  return result;
}

std::string_view session_host::check_invariants() const {
  if (const auto broken = host_.hosts.check_invariants(); !broken.empty())
    return broken;
  if (const auto broken = host_.mandate.check_invariants(host_.now_ms); !broken.empty())
    return broken;
  if (const auto broken = host_.epochs.check_invariants(); !broken.empty())
    return broken;
  std::size_t here = 0;
  std::size_t bytes = 0;
  run_counts running;
  for (const auto& e : sessions_) {
    const auto& [key, s] = e;
    here += s.machine.is(stage::none) ? 0 : 1;
    bytes += s.mail.bytes();
    if (s.machine.record().is(session_phase::running))
      ++running[s.machine.record().owner()];
    for (const auto broken : {s.machine.check_invariants(key, host_), s.mail.check_invariants(host_.hosts.self()),
                              requests_.check_invariants(e)})
      if (!broken.empty())
        return broken;
  }
  if (here != host_.here.size())
    return "a session with a stage has been forgotten";
  if (bytes != host_.queue.bytes)
    return "the bytes of the messages that wait are not counted right";
  if (running != host_.running)
    return "the sessions that run on each node are not counted right";
  return {};
}

} // namespace ariadne::session
