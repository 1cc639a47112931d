#include "session/session_host.hpp"

#include <iterator>
#include <optional>
#include <utility>

// The part of session_host that comes by all sessions and requests, some in each call.

namespace ariadne::session {

void session_host::step() {
  requests_round_.go_on(pending_, options_.step_sessions_max, [&](auto position) {
    if (commands_.is_enough())
      return std::optional<decltype(position)>{};
    const auto number = position->first;
    look_at_request(number);
    return std::optional{pending_.upper_bound(number)};
  });
  auto due = std::exchange(due_, {});
  for (auto left = options_.step_sessions_max; left > 0 && !due.empty() && !commands_.is_enough(); --left)
    go_on_settling(find_or_add(due.extract(due.begin()).value()));
  due_.merge(due);
  here_round_.go_on(here_, options_.step_sessions_max, [&](auto position) {
    if (commands_.is_enough())
      return std::optional<decltype(position)>{};
    const auto key = *position;
    look_at(find_or_add(key));
    return std::optional{here_.upper_bound(key)};
  });
  const auto turns = round_.turns();
  const auto sessions_left = here_round_.is_due() ? 0 : options_.step_sessions_max;
  round_.go_on(sessions_, sessions_left, [&](auto position) {
    if (commands_.is_enough())
      return std::optional<decltype(position)>{};
    look_at(*position);
    return std::optional{is_idle(position->second) ? sessions_.erase(position) : std::next(position)};
  });
  if (round_.turns() != turns)
    news_.forget_up_to(std::exchange(turn_news_, news_.last()));
}

void session_host::work(std::uint64_t now_ms) {
  const event_scope scope{*this, now_ms};
}

// -- sessions --------------------------------------------------------------------------------------------------------

void session_host::look_at(entry& e) {
  hear_news(e);
  auto& s = e.second;
  expire_messages(e);
  if (s.is_dirty && !s.is_writing)
    write(e);
  if (s.at == stage::claiming && hosts_.gives_up())
    give_up_claim(e);
  if (s.at == stage::confirming)
    check_confirmation(e);
  if (s.at == stage::moving && (!hosts_.is_up(s.mine.target) || now_ms_ >= s.since_ms + options_.move_timeout_ms))
    release(e);
  settle(e);
}

bool session_host::is_idle(const hosted_session& s) const {
  return s.at == stage::none && !s.winner && s.waiters.empty() && s.mail.is_empty() && !s.is_writing && s.is_readable
         && s.epoch_agreed == 0 && !is_granted_away(s, options_.self);
}

void session_host::hear_news(entry& e) {
  news_.tell(e.second.heard, [&](const news& n) {
    switch (n.what) {
      case news::type::host_gone:
        heed_loss(e, n.host);
        break;
      case news::type::paused:
        heed_pause(e);
        break;
      case news::type::map_restarted:
        heed_map_restart(e);
        break;
    }
  });
}

void session_host::heed_loss(entry& e, const host_id& peer) {
  auto& s = e.second;
  s.mail.drop_all_of(peer);
  if (s.unanswered.erase(peer) > 0)
    check_claim(e);
}

void session_host::heed_pause(entry& e) {
  auto& s = e.second;
  // Whatever comes of it later does so after others may have taken over.
  if (s.at == stage::running)
    begin_stop(e, stop_reason::release);
  else if (s.at == stage::claiming)
    give_up_claim(e);
  else if (s.at == stage::taking || s.at == stage::confirming)
    release(e);
  else if (s.at == stage::stopping && s.reason == stop_reason::resolve)
    s.reason = stop_reason::release;
}

void session_host::heed_map_restart(entry& e) {
  auto& s = e.second;
  s.live.clear();
  s.is_writing = false;
  if (s.at > stage::claiming && s.at != stage::stopping && s.at != stage::running)
    write(e);
}

// -- requests --------------------------------------------------------------------------------------------------------

void session_host::look_at_request(std::uint64_t number) {
  const auto& request = pending_.at(number);
  auto& e = find_or_add(request.key);
  const auto* sent = e.second.mail.find_sent(number);
  if (sent && sent->to != options_.self && !links_.is_open(sent->to, sent->connection)) {
    finish(number, outcome::unanswered, {}, "node " + sent->to.node + " had the message, and is no longer up");
    pump_messages(e);
  } else if (now_ms_ >= request.deadline_ms || is_hopeless(number, request)) {
    give_up_request(number);
  }
}

} // namespace ariadne::session
