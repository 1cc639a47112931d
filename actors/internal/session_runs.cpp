#include "actors/internal/session_runs.hpp"

#include "actors/error.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/session_words.hpp"
#include "actors/session_clauses.hpp"
#include "crdt/printable_text.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace ariadne {

namespace {

using session::session_key;

/// Whether the session has not answered at all.
bool is_silence(const caf::error& error) {
  return error == caf::sec::request_receiver_down || is_dropped(error)
         || error.category() == caf::error{caf::exit_reason::kill}.category();
}

/// Why a session does not take a message. That it is refused is said by the error that this becomes.
std::string reason_of_refusal(const caf::error& error) {
  if (error == ec::refused && error.context().match_elements<std::string>())
    return error.context().get_as<std::string>(0);
  return describe(error);
}

} // namespace

session_runs::~session_runs() {
  for (const auto& [key, r] : runs_) {
    around_.tally.kinds[key.kind].running.add(-1);
    caf::anon_send_exit(r.session, caf::exit_reason::user_shutdown);
  }
}

caf::strong_actor_ptr session_runs::find(const session_key& key) const {
  const auto found = runs_.find(key);
  return found == runs_.end() ? nullptr : caf::actor_cast<caf::strong_actor_ptr>(found->second.session);
}

session_runs::run* session_runs::find_run(const session_key& key, session::run_id number) {
  const auto found = runs_.find(key);
  return found == runs_.end() || found->second.number != number ? nullptr : &found->second;
}

void session_runs::end(const session_key& key) {
  const auto found = runs_.find(key);
  keys_.erase(found->second.session.address());
  around_.tally.kinds[key.kind].running.add(-1);
  runs_.erase(found);
}

// -- start -----------------------------------------------------------------------------------------------------------

void session_runs::start(session::start_session&& c, std::uint64_t now_ms) {
  auto session = spawn(c);
  if (!session) {
    const auto why = fmt::format("does not start: {}", describe(session.error()));
    around_.note_failure(c.key, why, false);
    return around_.tell([&](auto& core, auto now) { core.session_ended(c.key, c.run, true, now, why); });
  }
  around_.monitored.add(*session);
  const auto interval_ms = static_cast<std::uint64_t>(options().kinds.at(c.key.kind).checkpoints.interval.count());
  around_.tally.kinds[c.key.kind].running.add(1);
  keys_[session->address()] = c.key;
  runs_[c.key] = {.session = *session,
                  .number = c.run,
                  .checkpoint_interval_ms = interval_ms,
                  .next_checkpoint_ms = now_ms + interval_ms};
}

caf::expected<session_actor> session_runs::spawn(session::start_session& c) {
  const auto& kind = options().kinds.at(c.key.kind);
  session_start start{c.key.kind, c.key.id, c.epoch, {}, {}};
  if (c.state.schema_version > 0) {
    auto state = kind.upgrades.upgrade(std::move(c.state), kind.schema_version);
    if (!state)
      return std::move(state.error());
    start.state = std::move(*state);
  }
  start.checkpoint = [host = caf::actor_cast<peer_host_actor>(around_.self->ctrl()), key = c.key,
                      run = c.run](snapshot state) {
    anon_mail(snapshot_atom_v, key.kind, key.id, run.value, std::move(state)).send(host);
  };
  try {
    return kind.spawn(around_.self->system(), std::move(start));
  } catch (const std::exception& e) {
    return make_error(ec::refused, e.what());
  }
}

// -- end -------------------------------------------------------------------------------------------------------------

void session_runs::stop(const session::stop_session& c) {
  auto* r = find_run(c.key, c.run);
  if (!r)
    return around_.tell([&](auto& core, auto now_ms) { core.session_stopped(c.key, c.run, std::nullopt, now_ms); });
  r->is_stopping = true;
  const auto asked_at = around_.self->clock().now();
  mail(around_.self, stop_atom_v)
    .request(r->session, options().stop_timeout)
    .then(
      [this, key = c.key, run = c.run](snapshot& state) { stopped(key, run, to_saved(key.kind, std::move(state))); },
      [=, this, key = c.key, run = c.run](const caf::error& error) { not_stopped(key, run, asked_at, error); });
}

void session_runs::stopped(const session_key& key, session::run_id number, std::optional<snapshot> state) {
  if (auto* r = find_run(key, number)) {
    around_.monitored.remove(r->session);
    around_.self->send_exit(r->session, caf::exit_reason::user_shutdown);
    auto held = r->answers.take_all();
    end(key);
    // The last state is on its way to whoever goes on with it.
    if (state)
      give_all(key, std::move(held));
    else
      give_all_without(key, std::move(held));
  }
  around_.tell([&](auto& core, auto now_ms) { core.session_stopped(key, number, std::move(state), now_ms); });
}

void session_runs::not_stopped(const session_key& key, session::run_id number, caf::actor_clock::time_point asked_at,
                               const caf::error& error) {
  auto* r = find_run(key, number);
  if (!r)
    return;
  if (r->has_ended) {
    auto held = r->answers.take_all();
    end(key);
    give_all(key, std::move(held));
    return around_.tell([&](auto& core, auto now_ms) { core.session_ended(key, number, false, now_ms); });
  }
  const auto fail = [=, this] {
    if (!find_run(key, number))
      return;
    around_.note_failure(key, "has not said its last state: " + describe(error), true);
    stopped(key, number, std::nullopt);
  };
  r->is_silent =
    error == caf::sec::request_receiver_down || is_dropped(around_.self, error, asked_at, options().stop_timeout, fail);
  if (!r->is_silent)
    fail();
}

bool session_runs::ended(const caf::down_msg& down) {
  const auto found = keys_.find(down.source);
  if (found == keys_.end())
    return false;
  const auto key = found->second;
  auto& r = runs_.at(key);
  const auto number = r.number;
  const auto failed = down.reason && down.reason != caf::exit_reason::normal;
  // Its last state may be on its way still; if it is not, its work was done.
  if (!failed && r.is_stopping && !r.is_silent) {
    r.has_ended = true;
    return true;
  }
  const auto why = failed ? describe(down.reason) : std::string{};
  auto held = r.answers.take_all();
  end(key);
  // One that has done its work has no state that could be lost.
  if (failed)
    give_all_without(key, std::move(held));
  else
    give_all(key, std::move(held));
  if (failed)
    around_.note_failure(key, "has failed: " + why, true);
  around_.tell([&](auto& core, auto now_ms) { core.session_ended(key, number, failed, now_ms, why); });
  return true;
}

// -- messages and states ---------------------------------------------------------------------------------------------

snapshot session_runs::to_saved(const std::string& kind, snapshot&& state) const {
  const auto& about = options().kinds.at(kind);
  if (!about.upgrades.has_downgrades())
    return std::move(state);
  auto older = about.upgrades.downgrade(state, around_.readable_version(kind));
  return older ? std::move(*older) : std::move(state);
}

void session_runs::hand(session::hand_message&& c) {
  held_answer to{c.origin, c.number, std::nullopt};
  auto* r = find_run(c.key, c.run);
  if (!r)
    return give(c.key, std::move(to));
  const auto& clauses = options().kinds.at(c.key.kind).clauses;
  if (!clauses.empty() && is_call(c.payload))
    return hand_call(std::move(c), *r);
  if (!clauses.empty() && !clauses.takes_text()) {
    to.text = session_answer::refused + fmt::format("sessions of the kind {} understand no text", c.key.kind);
    return give(c.key, std::move(to));
  }
  const auto since = around_.self->clock().now();
  const auto answer = [=, this, key = c.key, run = c.run](std::string text, const char* outcome) {
    count_message(key.kind, outcome, since);
    auto given = to;
    given.text = std::move(text);
    answered(key, run, std::move(given));
  };
  mail(around_.self, deliver_atom_v, std::move(c.payload))
    .request(r->session, caf::infinite)
    .then([answer](const std::string& text) { answer(session_answer::handled + text, "handled"); },
          [=, this, key = c.key](const caf::error& error) {
            if (!is_silence(error))
              return answer(session_answer::refused + reason_of_refusal(error), "refused");
            count_message(key.kind, "lost", since);
            give(key, to);
          });
}

void session_runs::count_message(const std::string& kind, const char* outcome, caf::actor_clock::time_point since) {
  auto& counted = around_.tally.kinds[kind];
  counted.messages[outcome].add();
  counted.message_durations.add(around_.self->clock().now() - since);
}

void session_runs::hand_call(session::hand_message&& c, run& r) {
  held_answer to{c.origin, c.number, std::nullopt, true};
  const auto since = around_.self->clock().now();
  const auto answer = [=, this, key = c.key, run = c.run](const std::string& text, const char* outcome) {
    count_message(key.kind, outcome, since);
    auto given = to;
    given.text = session_answer::handled + text;
    answered(key, run, std::move(given));
  };
  const auto refuse = [&](const caf::error& why) {
    count_message(c.key.kind, "refused", since);
    to.text = session_answer::handled + encode_answer(why);
    give(c.key, std::move(to));
  };
  const auto call = decode_call(c.payload);
  if (!call)
    return refuse(call.error());
  const auto* clause = options().kinds.at(c.key.kind).clauses.find(call->clause);
  if (!clause)
    return refuse(make_error(ec::clause_unknown, fmt::format("sessions of the kind {} have no clause for ({})",
                                                             c.key.kind, crdt::escaped_briefly(call->clause))));
  auto content = clause->read(call->contents);
  if (!content)
    return refuse(content.error());
  detail::request_any(
    around_.self, caf::actor_cast<caf::actor>(r.session), caf::infinite, std::move(*content),
    clause->answer([answer](const std::string& contents) { answer(encode_answer(contents), "handled"); },
                   [=, this, key = c.key](const caf::error& error) {
                     if (!is_silence(error))
                       return answer(encode_answer(error), "refused");
                     count_message(key.kind, "lost", since);
                     give(key, to);
                   }));
}

// -- answers ---------------------------------------------------------------------------------------------------------

void session_runs::answered(const session_key& key, session::run_id number, held_answer answer) {
  auto* r = find_run(key, number);
  if (!r || options().kinds.at(key.kind).checkpoints.when != checkpoint_policy::moment::each_message)
    return give(key, std::move(answer));
  r->answers.add(std::move(answer));
  // What its last state covers is given when it has stopped.
  if (!r->is_stopping && !std::exchange(r->is_asked, true))
    ask_for_checkpoint(key, *r);
}

void session_runs::give(const session_key& key, held_answer answer) {
  around_.tell(
    [&](auto& core, auto now_ms) { core.handled(key, answer.origin, answer.number, std::move(answer.text), now_ms); });
}

void session_runs::give_all(const session_key& key, std::vector<held_answer> answers) {
  for (auto& answer : answers)
    give(key, std::move(answer));
}

void session_runs::give_all_without(const session_key& key, std::vector<held_answer> answers, const caf::error& error) {
  for (auto& answer : answers) {
    answer.text.reset();
    if (error)
      answer.text =
        answer.is_of_call ? session_answer::handled + encode_answer(error) : session_answer::refused + describe(error);
    give(key, std::move(answer));
  }
}

void session_runs::write_begins(const session_key& key) {
  if (const auto found = runs_.find(key); found != runs_.end())
    found->second.answers.write_begins();
}

void session_runs::write_ends(const session_key& key, bool written, bool held) {
  const auto found = runs_.find(key);
  if (found == runs_.end())
    return;
  auto answers = found->second.answers.write_ends(written);
  if (found->second.answers.has_told())
    with_told_.insert(key);
  if (!answers.empty())
    written_.push_back({key, std::move(answers), held});
}

void session_runs::map_lost() {
  for (auto& [key, r] : runs_)
    r.answers.write_ends(false);
}

void session_runs::all_told() {
  for (auto& [key, answers, held] : std::exchange(written_, {}))
    if (held)
      give_all(key, std::move(answers));
    else
      give_all_without(key, std::move(answers),
                       make_error(ec::too_few_holders, "the message has been handled, and the state is kept here"));
  for (const auto& key : std::exchange(with_told_, {}))
    if (const auto found = runs_.find(key); found != runs_.end())
      give_all(key, found->second.answers.take_told());
}

void session_runs::resolve(session::resolve_conflict&& c) {
  const auto& kind = options().kinds.at(c.key.kind);
  auto result = c.winner;
  const auto winner = kind.upgrades.upgrade(std::move(c.winner), kind.schema_version);
  const auto loser = kind.upgrades.upgrade(std::move(c.loser), kind.schema_version);
  const auto stay_apart = [&](const std::string& why) {
    options().log(
      {log_level::warning,
       log_event::states_kept_apart,
       "the two states of session {kind}/{id} stay apart: {reason}",
       {{"kind", crdt::escaped_briefly(c.key.kind)}, {"id", crdt::escaped_briefly(c.key.id)}, {"reason", why}}});
  };
  if (winner && loser) {
    try {
      if (auto resolved = kind.resolve(*winner, *loser))
        result = to_saved(c.key.kind, std::move(*resolved));
      else
        stay_apart(describe(resolved.error()));
    } catch (const std::exception& e) {
      stay_apart(e.what());
    }
  }
  around_.tell([&](auto& core, auto now_ms) { core.resolved(c.key, c.run, std::move(result), now_ms); });
}

void session_runs::ask_for_checkpoints(std::uint64_t now_ms) {
  // Where there are many, the calls come by all of them in turn.
  const auto is_partial = runs_.size() > asked_max;
  auto left = is_partial ? asked_max : runs_.size();
  auto position = is_partial ? runs_.lower_bound(next_checkpoint_) : runs_.begin();
  for (; position != runs_.end() && left > 0; ++position, --left) {
    auto& [key, r] = *position;
    const auto is_time = r.checkpoint_interval_ms > 0 && now_ms >= r.next_checkpoint_ms;
    if ((!is_time && !r.is_due) || r.is_stopping || std::exchange(r.is_asked, true))
      continue;
    r.is_due = false;
    r.next_checkpoint_ms = now_ms + r.checkpoint_interval_ms;
    ask_for_checkpoint(key, r);
  }
  next_checkpoint_ = position == runs_.end() ? session_key{} : position->first;
}

void session_runs::make_due(const std::string& kind) {
  for (auto& [key, r] : runs_)
    if (key.kind == kind)
      r.is_due = true;
}

void session_runs::ask_for_checkpoint(const session_key& key, run& r) {
  const auto said = [this, key, number = r.number]() -> run* {
    auto* asked = find_run(key, number);
    if (asked)
      asked->is_asked = false;
    return asked;
  };
  mail(around_.self, snapshot_atom_v)
    .request(r.session, caf::infinite)
    .then(
      [=, this, number = r.number](snapshot& state) {
        if (auto* asked = said()) {
          asked->answers.state_told();
          with_told_.insert(key);
        }
        around_.tell(
          [&](auto& core, auto now_ms) { core.checkpoint(key, number, to_saved(key.kind, std::move(state)), now_ms); });
      },
      [=, this](const caf::error& error) {
        if (auto* asked = said())
          give_all_without(key, asked->answers.take_unsaved(), error);
      });
}

} // namespace ariadne
