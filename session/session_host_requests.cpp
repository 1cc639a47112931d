#include "session/session_host.hpp"

#include <algorithm>
#include <utility>

// The part of session_host that serves its users: requests, and messages on their way to sessions.

namespace ariadne::session {

namespace {

/// Whether a message with this payload or state would be refused by other hosts.
bool is_too_long(std::string_view bytes, const piece_options& options) {
  return bytes.size() > options.message_bytes_max - frame_bytes;
}

} // namespace

// -- requests --------------------------------------------------------------------------------------------------------

session_host::entry* session_host::add_request(std::uint64_t request, const session_key& key, request_type type,
                                               std::uint64_t deadline_ms) {
  if (!is_valid(key)) {
    commands_.add(answer_request{request, outcome::invalid_key, {}, {}});
    return nullptr;
  }
  pending_[request] = {key, type, now_ms_, deadline_ms};
  return &find_or_add(key);
}

void session_host::start(std::uint64_t request, const session_key& key, saved_state state, std::uint64_t deadline_ms,
                         std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (hosts_.profile().draining) {
    auto why = hosts_.find_obstacle(key.kind, state.schema_version);
    if (why && why->what == outcome::hosts_draining)
      commands_.add(answer_request{request, why->what, {}, std::move(why->detail)});
    else
      commands_.add(answer_request{request, outcome::draining, {}, {}});
  } else if (is_too_long(state.bytes, options_.pieces)) {
    commands_.add(answer_request{request, outcome::not_recorded, {}, "the state is longer than any value may be"});
  } else if (auto* e = add_request(request, key, request_type::start, deadline_ms)) {
    add_waiter(*e, {options_.self, request, request_type::start, deadline_ms, std::move(state)});
  }
}

void session_host::stop(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms,
                        std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (auto* e = add_request(request, key, request_type::stop, deadline_ms))
    add_waiter(*e, {options_.self, request, request_type::stop, deadline_ms});
}

void session_host::locate(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms,
                          std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (auto* e = add_request(request, key, request_type::locate, deadline_ms))
    add_waiter(*e, {options_.self, request, request_type::locate, deadline_ms});
}

void session_host::handle(const host_id& from, start_request&& m) {
  waiter w{from, m.number, request_type::start, now_ms_ + options_.message_wait_ms, std::move(m.state)};
  w.connection = links_.connection_to(from);
  add_waiter(find_or_add(m.key), std::move(w));
}

void session_host::handle(const host_id& from, stop_request&& m) {
  waiter w{from, m.number, request_type::stop, now_ms_ + options_.message_wait_ms};
  w.connection = links_.connection_to(from);
  add_waiter(find_or_add(m.key), std::move(w));
}

void session_host::add_waiter(entry& e, waiter w) {
  auto& waiters = e.second.waiters;
  const auto added = waiters.add(std::move(w));
  settle_session(e);
  if (e.second.is_readable && pump(e, added->second))
    waiters.erase(added);
  claim_if_wanted(e);
}

void session_host::pump_waiters(entry& e) {
  e.second.waiters.look_at_all();
  pump_more_waiters(e);
}

void session_host::pump_more_waiters(entry& e) {
  auto& s = e.second;
  const auto answers_max = options_.step_sessions_max;
  if (s.is_readable && !s.waiters.go_on(8 * answers_max, answers_max, [&](waiter& w) { return pump(e, w); }))
    due_.insert(e.first);
}

bool session_host::forget_loss(waiter& w) const {
  const auto is_own = w.origin == options_.self;
  if (is_own && !w.asked)
    return false;
  if (links_.is_open(is_own ? *w.asked : w.origin, w.connection))
    return false;
  w.asked.reset();
  return !is_own;
}

bool session_host::pump(entry& e, waiter& w) {
  auto& [key, s] = e;
  const auto is_own = w.origin == options_.self;
  if (forget_loss(w) || (!is_own && now_ms_ >= w.deadline_ms))
    return true;
  const auto may_ask = is_own && is_caught_up_ && !w.asked && now_ms_ >= w.not_before_ms;
  const auto runs_elsewhere =
    s.at == stage::none && s.winner && s.winner->phase == session_phase::running && hosts_.has_peer(s.winner->owner);
  const auto has_ended = !s.winner || s.winner->phase == session_phase::stopped;
  const auto answer = [&](outcome result, const host_id& place = {}) {
    respond(w.origin, w.number, result, place);
    return true;
  };

  if (w.type != request_type::stop) {
    if (s.at == stage::running)
      return answer(outcome::done, options_.self);
    if (runs_elsewhere)
      return answer(outcome::done, s.winner->owner);
    if (w.type == request_type::locate || !has_ended || s.at != stage::none)
      return false;
    if (!is_own) {
      if (!w.is_over && hosts_.profile().takes(key.kind, w.state.schema_version)) {
        s.initial = w.state;
        return false;
      }
      return answer(outcome::elsewhere);
    }
    if (!may_ask)
      return false;
    const auto target = hosts_.place_of(key, w.state.schema_version);
    if (!target) {
      if (!hosts_.knows_all() || hosts_.may_return(key.kind, w.state.schema_version, now_ms_))
        return false;
      auto why = hosts_.find_obstacle(key.kind, w.state.schema_version).value_or(obstacle{});
      respond(w.origin, w.number, why.what, {}, std::move(why.detail));
      return true;
    }
    if (*target == options_.self) {
      s.initial = w.state;
    } else {
      w.asked = *target;
      w.connection = links_.connection_to(*target);
      links_.send(*target, start_request{w.number, key, w.state});
    }
    return false;
  }

  if (s.at == stage::running) {
    w.is_begun = true;
    begin_stop(e, stop_reason::end);
    return false;
  }
  if (is_unknown(s) && is_own && !w.asked && !w.is_begun && has_waited_for_news(w.number))
    return answer(outcome::unknown_session);
  if (s.winner && s.winner->phase == session_phase::stopped && s.at == stage::none)
    return answer(w.is_begun || w.asked ? outcome::done : outcome::unknown_session);
  if (s.at == stage::stopping && s.reason == stop_reason::end)
    w.is_begun = true;
  if (s.at != stage::none || !s.winner)
    return false;
  if (s.winner->owner != options_.self && hosts_.has_peer(s.winner->owner)
      && s.winner->phase != session_phase::placing) {
    if (!is_own)
      return answer(outcome::elsewhere);
    if (may_ask) {
      w.asked = s.winner->owner;
      w.connection = links_.connection_to(*w.asked);
      links_.send(*w.asked, stop_request{w.number, key});
    }
  }
  // If nobody runs it, this host claims it, to end it.
  return false;
}

void session_host::respond(const host_id& origin, std::uint64_t number, outcome result, host_id place,
                           std::string payload) {
  if (origin == options_.self)
    finish(number, result, std::move(place), std::move(payload));
  else if (hosts_.has_peer(origin)) {
    if (is_too_long(payload, options_.pieces)) {
      result = outcome::unanswered;
      payload = "it has been handled, but the answer has " + std::to_string(payload.size())
                + " bytes, which is more than can be sent";
    }
    links_.send(origin, response{number, result, std::move(place), std::move(payload)});
    hosts_.has_been_sent_something(origin);
  }
}

void session_host::finish(std::uint64_t request, outcome result, host_id place, std::string payload) {
  const auto found = pending_.find(request);
  if (found == pending_.end())
    return;
  if (found->second.type == request_type::deliver)
    find_or_add(found->second.key).second.mail.forget_sent(request);
  pending_.erase(found);
  commands_.add(answer_request{request, result, std::move(place), std::move(payload)});
}

void session_host::handle(const host_id& from, response&& m) {
  const auto found = pending_.find(m.number);
  if (found == pending_.end())
    return;
  auto& e = find_or_add(found->second.key);
  if (found->second.type == request_type::deliver) {
    if (const auto* sent = e.second.mail.find_sent(m.number); !sent || sent->to != from)
      return;
    if (m.result == outcome::elsewhere)
      e.second.mail.take_back(m.number, options_.self, now_ms_);
    else
      finish(m.number, m.result, std::move(m.place), std::move(m.payload));
    return pump_messages(e);
  }
  auto& waiters = e.second.waiters;
  const auto w = waiters.find(options_.self, m.number);
  if (w != waiters.end() && w->second.asked != from)
    return;
  if (w != waiters.end() && m.result == outcome::elsewhere) {
    w->second.asked.reset();
    w->second.not_before_ms = now_ms_ + options_.retry_after_ms;
    return;
  }
  if (w != waiters.end())
    waiters.erase(w);
  finish(m.number, m.result, std::move(m.place), std::move(m.payload));
  claim_if_wanted(e);
}

void session_host::drop_request(hosted_session& s, const host_id& origin, std::uint64_t number) {
  s.waiters.erase(origin, number);
  if (!s.waiters.want(request_type::start))
    s.initial.reset();
  s.mail.drop(number, origin);
}

void session_host::withdraw(std::uint64_t request, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  const auto found = pending_.find(request);
  if (found == pending_.end())
    return;
  const auto position = sessions_.find(found->second.key);
  const auto* sent = position == sessions_.end() ? nullptr : position->second.mail.find_sent(request);
  // What has been handed to a session here counts as under way until that has handled it.
  if (sent && sent->to == options_.self)
    return;
  auto& e = find_or_add(found->second.key);
  auto& s = e.second;
  auto asked = sent ? std::optional{sent->to} : std::nullopt;
  if (const auto w = s.waiters.find(options_.self, request); w != s.waiters.end())
    asked = w->second.asked;
  if (asked && hosts_.has_peer(*asked))
    links_.send(*asked, request_withdrawn{request, e.first});
  s.mail.forget_sent(request);
  pending_.erase(found);
  drop_request(s, options_.self, request);
}

void session_host::handle(const host_id& from, request_withdrawn&& m) {
  if (const auto found = find(m.key); found != sessions_.end())
    drop_request(found->second, from, m.number);
}

// -- messages --------------------------------------------------------------------------------------------------------

void session_host::deliver(std::uint64_t request, const session_key& key, std::string payload,
                           std::uint64_t deadline_ms, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  if (auto* e = add_request(request, key, request_type::deliver, deadline_ms)) {
    if (e->second.mail.post({options_.self, request, std::move(payload), now_ms_}))
      pump_messages(*e);
    else
      finish(request, outcome::queue_full);
  }
}

void session_host::handle(const host_id& from, delivery&& m) {
  const auto found = find(m.key);
  if (found == sessions_.end() || found->second.mine.epoch != m.epoch || !runs_soon(found->second))
    return respond(from, m.number, outcome::elsewhere);
  if (!found->second.mail.accept({from, m.number, std::move(m.payload), now_ms_}))
    return respond(from, m.number, outcome::queue_full);
  pump_inbox(*found);
}

bool session_host::runs_soon(const hosted_session& s) {
  return s.at == stage::taking || s.at == stage::confirming || s.at == stage::running
         || (s.at == stage::stopping && s.reason == stop_reason::resolve);
}

void session_host::pump_inbox(entry& e) {
  auto& s = e.second;
  if (!s.mail.has_foreign() || (runs_soon(s) && (s.at != stage::running || is_unsure())))
    return;
  s.mail.take_foreign([&](mailbox::message& m) {
    if (s.at == stage::running)
      hand_over(e, std::move(m));
    else
      respond(m.origin, m.number, outcome::elsewhere);
  });
}

void session_host::pump_messages(entry& e) {
  auto& [key, s] = e;
  pump_inbox(e);
  if (!s.mail.has_own())
    return;
  if (s.at == stage::running) {
    if (!is_unsure())
      s.mail.hand_own(options_.self, s.mine.epoch, [&](mailbox::message&& m) { hand_over(e, std::move(m)); });
  } else if (s.at == stage::none && s.winner && s.winner->phase == session_phase::running
             && s.mail.may_send_to(s.winner->owner, s.winner->epoch) && hosts_.stays(s.winner->owner)) {
    send_messages(e);
  } else if (s.at == stage::none && s.winner && s.winner->phase == session_phase::stopped
             && !s.waiters.want(request_type::start)) {
    refuse_messages(e, {outcome::unknown_session, {}});
  } else if (s.at == stage::none && s.winner && hosts_.profile().draining
             && !hosts_.place_of(key, s.winner->state.schema_version)) {
    // This node is about to stop, and no other one takes the session.
    if (const auto why = hosts_.find_obstacle(key.kind, s.winner->state.schema_version))
      refuse_messages(e, *why);
  }
}

void session_host::send_messages(entry& e) {
  const auto& to = e.second.winner->owner;
  const auto epoch = e.second.winner->epoch;
  e.second.mail.send(to, epoch, links_.connection_to(to), [&](std::uint64_t number, std::string& payload) {
    peer_message sent = delivery{number, e.first, epoch, std::move(payload)};
    links_.send(to, sent);
    payload = std::move(std::get<delivery>(sent).payload);
  });
}

void session_host::hand_over(entry& e, mailbox::message&& m) {
  commands_.add(hand_message{e.first, e.second.run, m.origin, m.number, std::move(m.payload)});
}

void session_host::refuse_messages(entry& e, const obstacle& why) {
  e.second.mail.refuse_own([&](const mailbox::message& m) { finish(m.number, why.what, {}, why.detail); });
}

bool session_host::is_unknown(const hosted_session& s) const {
  return is_caught_up_ && s.at == stage::none && (!s.winner || s.winner->phase == session_phase::stopped)
         && !s.waiters.want(request_type::start);
}

bool session_host::has_waited_for_news(std::uint64_t request) const {
  const auto found = pending_.find(request);
  return found != pending_.end() && now_ms_ >= found->second.since_ms + options_.unknown_wait_ms;
}

void session_host::expire_messages(entry& e) {
  auto& mail = e.second.mail;
  if (is_unknown(e.second))
    while (const auto m = mail.take_own_older_than(options_.unknown_wait_ms, now_ms_))
      finish(m->number, outcome::unknown_session);
  while (const auto m = mail.take_foreign_older_than(options_.message_wait_ms, now_ms_))
    respond(m->origin, m->number, outcome::timed_out);
}

void session_host::handled(const session_key& key, const host_id& origin, std::uint64_t number,
                           std::optional<std::string> answer, std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
  respond(origin, number, answer ? outcome::done : outcome::unanswered, options_.self,
          answer ? std::move(*answer) : std::string{});
  pump_messages(find_or_add(key));
}

} // namespace ariadne::session
