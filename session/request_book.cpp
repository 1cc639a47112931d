#include "session/request_book.hpp"

#include "session/request_obstacle.hpp"

#include <optional>

namespace ariadne::session {

namespace {

/// Whether a message with this payload or state would be refused by other hosts.
bool is_too_long(std::string_view bytes, const piece_options& options) {
  return bytes.size() > options.message_bytes_max - frame_bytes;
}

} // namespace

// -- in and out ------------------------------------------------------------------------------------------------------

bool request_book::add(std::uint64_t number, request r) {
  if (!is_valid(r.key)) {
    host_.commands.add(answer_request{number, outcome::invalid_key, {}, {}});
    return false;
  }
  requests_.insert_or_assign(number, std::move(r));
  return true;
}

bool request_book::refuse_start(std::uint64_t number, const session_key& key, const snapshot& state, bool exists) {
  const auto refuse = [&](outcome why, std::string detail) {
    host_.commands.add(answer_request{number, why, {}, std::move(detail)});
    return true;
  };
  if (host_.hosts.profile().draining) {
    auto why = host_.hosts.find_obstacle(key.kind, state.schema_version);
    if (why && why->what == outcome::hosts_draining)
      return refuse(why->what, std::move(why->detail));
    return refuse(outcome::draining, {});
  }
  if (is_too_long(state.bytes, host_.options.pieces))
    return refuse(outcome::not_recorded, "the state is longer than any value may be");
  if (exists)
    return false;
  std::uint64_t running = 0;
  for (const auto& [node, count] : host_.running)
    running += count;
  if (running >= host_.options.sessions_max)
    return refuse(outcome::not_recorded,
                  "as many sessions run as may, " + std::to_string(host_.options.sessions_max) + "; end some first");
  return false;
}

const request_book::request* request_book::find(std::uint64_t number) const {
  const auto found = requests_.find(number);
  return found == requests_.end() ? nullptr : &found->second;
}

void request_book::finish(std::uint64_t number, outcome result, host_id place, std::string payload) {
  if (requests_.erase(number) > 0)
    host_.commands.add(answer_request{number, result, std::move(place), std::move(payload)});
}

void request_book::respond(const host_id& origin, std::uint64_t number, outcome result, host_id place,
                           std::string payload) {
  if (origin == self())
    return finish(number, result, std::move(place), std::move(payload));
  if (!host_.hosts.has_peer(origin))
    return;
  if (is_too_long(payload, host_.options.pieces)) {
    result = outcome::unanswered;
    payload = "it has been handled, but the answer has " + std::to_string(payload.size())
              + " bytes, which is more than can be sent";
  }
  host_.links.send(origin, response{number, result, std::move(place), std::move(payload)});
  host_.hosts.has_been_sent_something(origin);
}

void request_book::withdraw(session_entry& e, std::uint64_t number) {
  auto& s = e.second;
  std::optional<host_id> asked;
  if (const auto* sent = s.mail.find_sent(number))
    asked = sent->to;
  if (asked == self())
    return;
  if (const auto w = s.waiting.find(self(), number); w != s.waiting.end())
    asked = w->second.asked;
  if (asked)
    host_.links.send(*asked, request_withdrawn{number, e.first});
  s.mail.forget_sent(number);
  requests_.erase(number);
  drop(e, number, self());
}

void request_book::drop(session_entry& e, std::uint64_t number, const host_id& origin) {
  auto& s = e.second;
  s.waiting.erase(origin, number);
  if (!s.waiting.want(request_type::start))
    s.machine.forget_start();
  s.mail.drop(number, origin);
}

// -- those who wait for a session ------------------------------------------------------------------------------------

waiter request_book::waiter_from(const host_id& origin, std::uint64_t number, request_type type, snapshot state) const {
  return {.origin = origin,
          .number = number,
          .type = type,
          .deadline_ms = host_.now_ms + host_.options.message_wait_ms,
          .state = std::move(state),
          .connection = host_.links.connection_to(origin)};
}

void request_book::serve(session_entry& e, waiters::iterator w) {
  if (e.second.machine.record().is_readable() && serve_one(e, w->second))
    e.second.waiting.erase(w);
}

void request_book::serve_all(session_entry& e) {
  e.second.waiting.look_at_all();
  serve_more(e);
}

void request_book::serve_more(session_entry& e) {
  auto& s = e.second;
  const auto answers_max = host_.options.step_sessions_max;
  const auto serve = [&](waiter& w) { return serve_one(e, w); };
  if (s.machine.record().is_readable() && !s.waiting.go_on(8 * answers_max, answers_max, serve))
    due_.insert(e.first);
}

bool request_book::forget_loss(waiter& w) const {
  const auto is_own = w.origin == self();
  if (is_own && !w.asked)
    return false;
  if (host_.links.is_open(is_own ? *w.asked : w.origin, w.connection))
    return false;
  w.asked.reset();
  return !is_own;
}

bool request_book::answer(const waiter& w, outcome result, const host_id& place) {
  respond(w.origin, w.number, result, place);
  return true;
}

bool request_book::may_pass_on(const waiter& w) const {
  return w.origin == self() && host_.mandate.is_caught_up() && !w.asked && host_.now_ms >= w.not_before_ms;
}

template <class Message>
void request_book::pass_on(waiter& w, const host_id& to, const Message& message) {
  w.asked = to;
  w.connection = host_.links.connection_to(to);
  host_.links.send(to, message);
}

bool request_book::serve_one(session_entry& e, waiter& w) {
  if (forget_loss(w) || (w.origin != self() && host_.now_ms >= w.deadline_ms))
    return true;
  return w.type == request_type::stop ? serve_stop(e, w) : serve_start(e, w);
}

bool request_book::serve_start(session_entry& e, waiter& w) {
  auto& [key, s] = e;
  const auto& record = s.machine.record();
  const auto version = w.state.schema_version;
  if (s.machine.is(stage::running))
    return answer(w, outcome::done, self());
  if (!s.machine.is(stage::none))
    return false;
  if (record.is(session_phase::running) && host_.hosts.has_peer(record.winner()->owner)) {
    const auto& owner = record.winner()->owner;
    if (w.type == request_type::locate || !host_.options.durable_records)
      return answer(w, outcome::done, owner);
    // Its record may be on no disk but its own yet. The owner answers once it is on all that have to hold it.
    if (w.origin != self())
      return answer(w, outcome::elsewhere);
    if (may_pass_on(w))
      pass_on(w, owner, start_request{w.number, key, w.state});
    return false;
  }
  if (w.type == request_type::locate || record.is_session())
    return false;
  if (w.origin != self()) {
    if (w.is_over || !host_.hosts.profile().takes(key.kind, version))
      return answer(w, outcome::elsewhere);
    s.machine.start_from(w.state);
    return false;
  }
  if (!may_pass_on(w))
    return false;
  const auto target = host_.hosts.place_of(key, version);
  if (!target) {
    if (!host_.hosts.knows_all() || host_.hosts.may_return(key.kind, version, host_.now_ms))
      return false;
    auto why = host_.hosts.find_obstacle(key.kind, version).value_or(obstacle{});
    respond(w.origin, w.number, why.what, {}, std::move(why.detail));
    return true;
  }
  if (*target == self())
    s.machine.start_from(w.state);
  else
    pass_on(w, *target, start_request{w.number, key, w.state});
  return false;
}

bool request_book::serve_stop(session_entry& e, waiter& w) {
  auto& [key, s] = e;
  auto& machine = s.machine;
  const auto& record = machine.record();
  if (machine.is(stage::running)) {
    w.is_begun = true;
    auto in = scope_of(e, host_);
    machine.begin_stop(in, stop_reason::end);
    return false;
  }
  if (s.is_unknown(host_) && w.origin == self() && !w.asked && !w.is_begun
      && has_waited(w.number, host_.options.unknown_wait_ms))
    return answer(w, outcome::unknown_session);
  if (record.is(session_phase::stopped) && machine.is(stage::none))
    return answer(w, w.is_begun || w.asked ? outcome::done : outcome::unknown_session);
  if (machine.is_stopping_to(stop_reason::end))
    w.is_begun = true;
  if (!machine.is(stage::none) || !record.winner())
    return false;
  const auto& owner = record.winner()->owner;
  // If nobody runs it, this host claims it, to end it.
  if (!host_.hosts.has_peer(owner) || record.is(session_phase::placing))
    return false;
  if (w.origin != self())
    return answer(w, outcome::elsewhere);
  if (may_pass_on(w))
    pass_on(w, owner, stop_request{w.number, key});
  return false;
}

bool request_book::answered(session_entry& e, const host_id& from, response&& m) {
  auto& waiting = e.second.waiting;
  if (const auto w = waiting.find(self(), m.number); w != waiting.end()) {
    if (w->second.asked != from)
      return false;
    if (m.result == outcome::elsewhere) {
      w->second.asked.reset();
      w->second.not_before_ms = host_.now_ms + host_.options.retry_after_ms;
      return false;
    }
    waiting.erase(w);
  }
  finish(m.number, m.result, std::move(m.place), std::move(m.payload));
  return true;
}

// -- time ------------------------------------------------------------------------------------------------------------

bool request_book::has_waited(std::uint64_t number, std::uint64_t wait_ms) const {
  const auto* r = find(number);
  return r && host_.now_ms >= r->since_ms + wait_ms;
}

bool request_book::is_over(const session_entry& e, std::uint64_t number) const {
  const auto& r = requests_.at(number);
  return host_.now_ms >= r.deadline_ms || is_hopeless(e, number, r);
}

bool request_book::is_hopeless(const session_entry& e, std::uint64_t number, const request& r) const {
  const auto& s = e.second;
  if (r.type == request_type::locate || r.type == request_type::stop
      || host_.now_ms < r.since_ms + host_.options.unknown_wait_ms || s.mail.find_sent(number)
      || !s.machine.is(stage::none) || is_served_by_owner(s, host_))
    return false;
  const auto& record = s.machine.record();
  if (!record.is_session() && r.type != request_type::start)
    return false;
  const auto version = record.is_session() ? record.winner()->state.schema_version : version_to_start(s, number);
  return host_.mandate.is_caught_up() && !host_.mandate.is_paused()
         && host_.hosts.is_hopeless(r.key.kind, version, host_.now_ms);
}

std::uint32_t request_book::version_to_start(const hosted_session& s, std::uint64_t number) const {
  if (!s.waiting.want(request_type::start))
    return 0;
  for (const auto& [place, w] : s.waiting)
    if (w.type == request_type::start && (w.number == number || number == 0) && w.origin == self())
      return w.state.schema_version;
  return 0;
}

void request_book::give_up(session_entry& e, std::uint64_t number) {
  auto& s = e.second;
  const auto type = requests_.at(number).type;
  const auto* sent = s.mail.find_sent(number);
  auto why = sent ? obstacle{outcome::unanswered, "node " + sent->to.node + " has the message"}
                  : find_obstacle(e, type, version_to_start(s, type == request_type::start ? number : 0), host_);
  drop(e, number, self());
  s.mail.forget_sent(number);
  finish(number, why.what, {}, std::move(why.detail));
}

std::string_view request_book::check_invariants(const session_entry& e) const {
  for (const auto& [place, w] : e.second.waiting)
    if (w.origin == self()) {
      const auto* r = find(w.number);
      if (!r || r->key != e.first || r->type != w.type)
        return "somebody waits whose request has been answered";
      if (w.asked == self())
        return "a request has been passed on to the host itself";
    }
  return {};
}

} // namespace ariadne::session
