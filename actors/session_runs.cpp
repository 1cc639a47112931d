#include "actors/session_runs.hpp"

#include "actors/error.hpp"
#include "actors/session_words.hpp"

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
  for (const auto& [key, r] : runs_)
    caf::anon_send_exit(r.session, caf::exit_reason::user_shutdown);
}

caf::strong_actor_ptr session_runs::find(const session_key& key) const {
  const auto found = runs_.find(key);
  return found == runs_.end() ? nullptr : caf::actor_cast<caf::strong_actor_ptr>(found->second.session);
}

session_runs::run* session_runs::find_run(const session_key& key, std::uint64_t number) {
  const auto found = runs_.find(key);
  return found == runs_.end() || found->second.number != number ? nullptr : &found->second;
}

void session_runs::end(const session_key& key) {
  const auto found = runs_.find(key);
  keys_.erase(found->second.session.address());
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
  const auto interval_ms = static_cast<std::uint64_t>(options().kinds.at(c.key.kind).checkpoint_interval.count());
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
    auto state = kind.upgrades.upgrade(to_snapshot(std::move(c.state)), kind.schema_version);
    if (!state)
      return std::move(state.error());
    start.state = std::move(*state);
  }
  start.checkpoint = [host = caf::actor_cast<session_host_actor>(around_.self->ctrl()), key = c.key,
                      run = c.run](snapshot state) {
    anon_mail(snapshot_atom_v, key.kind, key.id, run, std::move(state)).send(host);
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
    .then([this, key = c.key, run = c.run](snapshot& state) { stopped(key, run, to_state(std::move(state))); },
          [=, this, key = c.key, run = c.run](const caf::error& error) { not_stopped(key, run, asked_at, error); });
}

void session_runs::stopped(const session_key& key, std::uint64_t number, std::optional<session::saved_state> state) {
  if (auto* r = find_run(key, number)) {
    around_.monitored.remove(r->session);
    around_.self->send_exit(r->session, caf::exit_reason::user_shutdown);
    end(key);
  }
  around_.tell([&](auto& core, auto now_ms) { core.session_stopped(key, number, std::move(state), now_ms); });
}

void session_runs::not_stopped(const session_key& key, std::uint64_t number, caf::actor_clock::time_point asked_at,
                               const caf::error& error) {
  auto* r = find_run(key, number);
  if (!r)
    return;
  if (r->has_ended) {
    end(key);
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
  end(key);
  if (failed)
    around_.note_failure(key, "has failed: " + why, true);
  around_.tell([&](auto& core, auto now_ms) { core.session_ended(key, number, failed, now_ms, why); });
  return true;
}

// -- messages and states ---------------------------------------------------------------------------------------------

void session_runs::hand(session::hand_message&& c) {
  auto answer = [this, key = c.key, origin = c.origin, number = c.number](std::optional<std::string> text) {
    around_.tell([&](auto& core, auto now_ms) { core.handled(key, origin, number, std::move(text), now_ms); });
  };
  auto* r = find_run(c.key, c.run);
  if (!r)
    return answer(std::nullopt);
  mail(around_.self, deliver_atom_v, std::move(c.payload))
    .request(r->session, caf::infinite)
    .then([answer](const std::string& text) { answer(session_answer::handled + text); },
          [answer](const caf::error& error) {
            if (is_silence(error))
              answer(std::nullopt);
            else
              answer(session_answer::refused + reason_of_refusal(error));
          });
}

void session_runs::resolve(session::resolve_conflict&& c) {
  const auto& kind = options().kinds.at(c.key.kind);
  auto result = c.winner;
  const auto winner = kind.upgrades.upgrade(to_snapshot(std::move(c.winner)), kind.schema_version);
  const auto loser = kind.upgrades.upgrade(to_snapshot(std::move(c.loser)), kind.schema_version);
  const auto stay_apart = [&](const std::string& why) {
    options().log(log_level::warning, fmt::format("the two states of {} stay apart: {}", in_words(c.key), why));
  };
  if (winner && loser) {
    try {
      if (auto resolved = kind.resolve(*winner, *loser))
        result = to_state(std::move(*resolved));
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
    if (r.checkpoint_interval_ms == 0 || r.is_stopping || now_ms < r.next_checkpoint_ms
        || std::exchange(r.is_asked, true))
      continue;
    r.next_checkpoint_ms = now_ms + r.checkpoint_interval_ms;
    ask_for_checkpoint(key, r);
  }
  next_checkpoint_ = position == runs_.end() ? session_key{} : position->first;
}

void session_runs::ask_for_checkpoint(const session_key& key, run& r) {
  const auto answered = [this, key, number = r.number] {
    if (auto* asked = find_run(key, number))
      asked->is_asked = false;
  };
  mail(around_.self, snapshot_atom_v)
    .request(r.session, caf::infinite)
    .then(
      [=, this, number = r.number](snapshot& state) {
        answered();
        around_.tell(
          [&](auto& core, auto now_ms) { core.checkpoint(key, number, to_state(std::move(state)), now_ms); });
      },
      [=](const caf::error&) { answered(); });
}

} // namespace ariadne
