#include "session/session_host.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

// The part of session_host that knows why a session does not run, for those who wait for it.

namespace ariadne::session {

namespace {

/// A host that cannot take a session says so to the others at most this often, if nothing else is in its way.
constexpr std::uint64_t repeat_ms = 1'000;

/// How long what a host has said counts. A session that fails waits for seconds before the next attempt.
std::uint64_t lifetime_ms(outcome what) {
  return what == outcome::failing ? 10'000 : 2 * repeat_ms + repeat_ms / 2;
}

} // namespace

// -- what is in the way ----------------------------------------------------------------------------------------------

void session_host::note_impediment(entry& e, obstacle why) {
  auto& [key, s] = e;
  const auto is_news = !s.impediment || s.impediment->why != why || now_ms_ >= s.impediment->at_ms + repeat_ms;
  if (is_news) {
    s.impediment = impeded{std::move(why), now_ms_};
    links_.send_all(impediment{key, s.impediment->why.what, s.impediment->why.detail});
  }
}

void session_host::handle(const host_id&, impediment&& m) {
  if (const auto found = find(m.key); found != sessions_.end())
    found->second.impediment = impeded{{m.what, cut_detail(m.detail)}, now_ms_};
}

bool session_host::is_served_by_owner(const hosted_session& s) const {
  if (!s.winner || s.winner->phase != session_phase::running)
    return false;
  const auto& owner = s.winner->owner;
  return owner == options_.self ? !hosts_.profile().draining
                                : hosts_.has_peer(owner) && !hosts_.profile_of(owner).draining;
}

obstacle session_host::find_obstacle(const entry& e, const pending_request& request,
                                     std::uint32_t version_to_start) const {
  const auto& [key, s] = e;
  if (!s.is_readable)
    return {outcome::timed_out, "its record has a format that this program does not know"};
  const auto is_known = s.winner && s.winner->phase != session_phase::stopped;
  if (!is_caught_up_)
    return {outcome::hosts_not_ready, "node " + options_.self.node + " has yet to catch up with the others"};
  if (!is_known && request.type != request_type::start && !s.waiters.want(request_type::start))
    return {outcome::unknown_session, {}};
  if (!is_served_by_owner(s)) {
    if (request.type != request_type::stop) {
      const auto version = is_known ? s.winner->state.schema_version : version_to_start;
      if (auto why = hosts_.find_obstacle(key.kind, version))
        return std::move(*why);
    } else if (is_paused_) {
      return {outcome::hosts_paused, "node " + options_.self.node + " sees no majority"};
    } else if (hosts_.profile().draining) {
      return {outcome::hosts_draining, "node " + options_.self.node + " is about to stop, and takes over nothing"};
    }
  }
  if (s.impediment && now_ms_ < s.impediment->at_ms + lifetime_ms(s.impediment->why.what))
    return s.impediment->why;
  return {outcome::timed_out, whereabouts(e, is_known ? s.winner->state.schema_version : version_to_start)};
}

std::string session_host::whereabouts(const entry& e, std::uint32_t schema_version) const {
  const auto& [key, s] = e;
  if (is_served_by_owner(s))
    return "node " + s.winner->owner.node + " is to run it, and has not taken the request";
  if (s.winner && s.winner->phase == session_phase::moving)
    return "it is on its way from node " + s.winner->owner.node + " to node " + s.winner->target.node;
  const auto to = hosts_.place_of(key, schema_version);
  return to ? "node " + to->node + " is to start it, and has not done so yet" : "no node can start it";
}

// -- what cannot be waited for ---------------------------------------------------------------------------------------

bool session_host::is_hopeless(std::uint64_t number, const pending_request& request) {
  if (request.type == request_type::locate || request.type == request_type::stop
      || now_ms_ < request.since_ms + options_.unknown_wait_ms)
    return false;
  const auto& s = find_or_add(request.key).second;
  if (s.mail.find_sent(number) || s.at != stage::none || is_served_by_owner(s))
    return false;
  const auto is_known = s.winner && s.winner->phase != session_phase::stopped;
  return (is_known || request.type == request_type::start) && is_caught_up_ && !is_paused_
         && hosts_.is_hopeless(request.key.kind,
                               is_known ? s.winner->state.schema_version : version_to_start(s, number), now_ms_);
}

std::uint32_t session_host::version_to_start(const hosted_session& s, std::uint64_t number) const {
  if (!s.waiters.want(request_type::start))
    return 0;
  for (const auto& [id, w] : s.waiters)
    if (w.type == request_type::start && (w.number == number || number == 0) && w.origin == options_.self)
      return w.state.schema_version;
  return 0;
}

void session_host::give_up_request(std::uint64_t number) {
  const auto& request = pending_.at(number);
  auto& e = find_or_add(request.key);
  const auto* sent = e.second.mail.find_sent(number);
  auto why =
    sent ? obstacle{outcome::unanswered, "node " + sent->to.node + " has the message"}
         : find_obstacle(e, request, version_to_start(e.second, request.type == request_type::start ? number : 0));
  drop_request(e.second, options_.self, number);
  finish(number, why.what, {}, std::move(why.detail));
}

key_listing session_host::unsaved(const session_key& after, std::size_t looked_max) const {
  key_listing result;
  for (auto position = here_.upper_bound(after); position != here_.end(); ++position) {
    if (looked_max-- == 0) {
      result.last = *std::prev(position);
      break;
    }
    const auto& s = sessions_.at(*position);
    const auto has_state = s.at != stage::claiming && s.at != stage::taking && s.at != stage::confirming;
    if (has_state && (s.at == stage::running || s.at == stage::stopping || s.is_writing || s.is_dirty))
      result.keys.push_back(*position);
  }
  return result;
}

} // namespace ariadne::session
