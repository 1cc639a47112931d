#include "session/message_desk.hpp"

#include <utility>

namespace ariadne::session {

void message_desk::post(session_entry& e, std::uint64_t number, std::string&& payload) {
  if (e.second.mail.post({host_.hosts.self(), number, std::move(payload), host_.now_ms}))
    pump(e);
  else
    requests_.finish(number, outcome::queue_full);
}

void message_desk::receive(session_entry& e, const host_id& from, delivery&& m) {
  auto& s = e.second;
  if (s.machine.own().epoch != m.epoch || !s.machine.runs_soon())
    return requests_.respond(from, m.number, outcome::elsewhere);
  if (!s.mail.accept({from, m.number, std::move(m.payload), host_.now_ms}))
    return requests_.respond(from, m.number, outcome::queue_full);
  pump_foreign(e);
}

void message_desk::answered(session_entry& e, const host_id& from, response&& m) {
  auto& mail = e.second.mail;
  if (const auto* sent = mail.find_sent(m.number); !sent || sent->to != from)
    return;
  if (m.result == outcome::elsewhere) {
    mail.take_back(m.number, host_.hosts.self(), host_.now_ms);
  } else {
    mail.forget_sent(m.number);
    requests_.finish(m.number, m.result, std::move(m.place), std::move(m.payload));
  }
  pump(e);
}

void message_desk::handled(session_entry& e, std::uint64_t number, outcome result, std::string&& answer) {
  e.second.mail.forget_sent(number);
  requests_.finish(number, result, host_.hosts.self(), std::move(answer));
}

void message_desk::pump_foreign(session_entry& e) {
  auto& [key, s] = e;
  const auto runs = s.machine.is(stage::running);
  if (!s.mail.has_foreign() || (s.machine.runs_soon() && (!runs || host_.mandate.is_unsure())))
    return;
  s.mail.take_foreign([&](mailbox::message& m) {
    if (runs)
      hand_over(e, std::move(m));
    else
      requests_.respond(m.origin, m.number, outcome::elsewhere);
  });
}

void message_desk::pump(session_entry& e) {
  auto& [key, s] = e;
  const auto& record = s.machine.record();
  pump_foreign(e);
  if (!s.mail.has_own())
    return;
  if (s.machine.is(stage::running) && !host_.mandate.is_unsure())
    s.mail.hand_own(host_.hosts.self(), s.machine.own().epoch,
                    [&](mailbox::message&& m) { hand_over(e, std::move(m)); });
  if (!s.machine.is(stage::none) || !record.winner())
    return;
  const auto& winner = *record.winner();
  if (winner.phase == session_phase::running && s.mail.may_send_to(winner.owner, winner.epoch)
      && host_.hosts.stays(winner.owner)) {
    send_to_owner(e);
  } else if (winner.phase == session_phase::stopped && !s.waiting.want(request_type::start)) {
    refuse_own(e, {outcome::unknown_session, {}});
  } else if (host_.hosts.profile().draining && !host_.hosts.place_of(key, winner.state.schema_version)) {
    // This node is about to stop, and no other one takes the session.
    if (const auto why = host_.hosts.find_obstacle(key.kind, winner.state.schema_version))
      refuse_own(e, *why);
  }
}

void message_desk::send_to_owner(session_entry& e) {
  const auto& to = e.second.machine.record().winner()->owner;
  const auto epoch = e.second.machine.record().epoch();
  e.second.mail.send(to, epoch, host_.links.connection_to(to), [&](std::uint64_t number, std::string& payload) {
    peer_message sent = delivery{number, e.first, epoch, std::move(payload)};
    host_.links.send(to, sent);
    payload = std::move(std::get<delivery>(sent).payload);
  });
}

void message_desk::hand_over(const session_entry& e, mailbox::message&& m) {
  host_.commands.add(hand_message{e.first, e.second.machine.run(), m.origin, m.number, std::move(m.payload)});
}

void message_desk::refuse_own(session_entry& e, const obstacle& why) {
  e.second.mail.refuse_own([&](const mailbox::message& m) { requests_.finish(m.number, why.what, {}, why.detail); });
}

void message_desk::expire(session_entry& e) {
  auto& mail = e.second.mail;
  if (e.second.is_unknown(host_))
    while (const auto m = mail.take_own_older_than(host_.options.unknown_wait_ms, host_.now_ms))
      requests_.finish(m->number, outcome::unknown_session);
  while (const auto m = mail.take_foreign_older_than(host_.options.message_wait_ms, host_.now_ms))
    requests_.respond(m->origin, m->number, outcome::timed_out);
}

bool message_desk::give_up_if_lost(session_entry& e, std::uint64_t number) {
  auto& mail = e.second.mail;
  const auto* sent = mail.find_sent(number);
  if (!sent || sent->to == host_.hosts.self() || host_.links.is_open(sent->to, sent->connection))
    return false;
  auto why = "node " + sent->to.node + " had the message, and is no longer up";
  mail.forget_sent(number);
  requests_.finish(number, outcome::unanswered, {}, std::move(why));
  pump(e);
  return true;
}

} // namespace ariadne::session
