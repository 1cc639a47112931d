#include "actors/internal/session_events.hpp"

#include "actors/internal/session_words.hpp"
#include "crdt/printable_text.hpp"
#include "session/obstacle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace ariadne {

std::optional<std::string> session_events::note(session::host_event& event, std::uint64_t now_ms) {
  using type = session::host_event::type;
  std::optional<std::string> left_over;
  switch (event.what) {
    case type::started:
      note_started(event, now_ms);
      break;
    case type::moved:
      note_moved(event);
      break;
    case type::stranded:
      left_over = note_stranded(event);
      break;
    case type::lost:
      note_lost(event);
      break;
    case type::ended:
      say(event.key, log_level::debug, log_event::session_ended, "has ended");
      break;
    case type::paused:
      options_.log(
        {log_level::warning, log_event::sessions_paused, "this node does not see a majority: its sessions are paused"});
      break;
    case type::resumed:
      options_.log({log_level::info, log_event::sessions_resumed, "this node sees a majority: its sessions go on"});
      break;
    case type::drained:
      options_.log({log_level::info, log_event::sessions_gone, "no session is left here"});
      break;
    case type::voters_differ:
      say_why_no_lease(event);
      break;
  }
  options_.on_event({event.what, event.key.kind, event.key.id, event.other.node, std::move(event.state)});
  return left_over;
}

void session_events::note_failure(const session::session_key& key, const std::string& how) {
  ++counts_.failed;
  tally_.kinds[key.kind].failures.add();
  say(key, log_level::warning, log_event::session_failed, "{reason}", {{"reason", how}});
}

void session_events::host_lost(const std::string& node, std::uint64_t now_ms) {
  std::erase_if(lost_at_ms_, [&](const auto& lost) { return now_ms - lost.second > told_takeover_max_ms; });
  lost_at_ms_[node] = now_ms;
}

void session_events::say(const session::session_key& key, log_level level, log_event as, std::string_view pattern,
                         std::initializer_list<log_field> more) const {
  const auto kind = crdt::escaped_briefly(key.kind);
  const auto id = crdt::escaped_briefly(key.id);
  std::vector<log_field> fields{{"kind", kind}, {"id", id}};
  fields.insert(fields.end(), more);
  options_.log({level, as, fmt::format("session {{kind}}/{{id}} {}", pattern), fields});
}

void session_events::note_started(const session::host_event& event, std::uint64_t now_ms) {
  ++counts_.started;
  tally_.kinds[event.key.kind].starts.add();
  // Of a session whose owner was lost: how long ago.
  if (const auto lost = lost_at_ms_.find(event.taken_from.node);
      lost != lost_at_ms_.end() && now_ms - lost->second <= told_takeover_max_ms)
    tally_.takeovers["lost"].add(std::chrono::milliseconds{now_ms - lost->second});
  say(event.key, log_level::debug, log_event::session_started, "runs here");
}

void session_events::note_moved(const session::host_event& event) {
  ++counts_.moved;
  tally_.kinds[event.key.kind].moves.add();
  tally_.takeovers["moved"].add(std::chrono::milliseconds{event.took_ms});
  say(event.key, log_level::debug, log_event::session_moved, "has moved to node {peer}",
      {{"peer", crdt::escaped_briefly(event.other.node)}, {"took_ms", event.took_ms}});
}

std::optional<std::string> session_events::note_stranded(const session::host_event& event) {
  ++counts_.stranded;
  tally_.kinds[event.key.kind].strandings.add();
  // A node that is alone, or one of a cluster that stops as a whole, does not hold up its own end; it says that nobody
  // takes over.
  const auto all_leave = do_all_leave();
  say(event.key, all_leave ? log_level::debug : log_level::warning, log_event::session_stranded,
      "can be moved to no other node; its state stays in the map");
  return all_leave ? std::nullopt : std::optional{why_stranded(event)};
}

void session_events::note_lost(const session::host_event& event) {
  ++counts_.lost;
  tally_.kinds[event.key.kind].losses.add();
  const auto pauses = options_.minority == session::minority_policy::pause;
  if (!pauses)
    tally_.session_doubles.add();
  // With `pause` it has not run there at the same time.
  say(event.key, log_level::warning, log_event::session_lost,
      pauses ? "goes on from an earlier state on node {peer}" : "has run on node {peer} as well, and ends here",
      {{"peer", event.other.node}});
}

bool session_events::do_all_leave() const {
  const auto hosts = hosts_();
  return std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.profile.draining; });
}

std::string session_events::why_stranded(const session::host_event& event) const {
  std::vector<session::candidate> others;
  for (const auto& candidate : hosts_())
    if (candidate.host.node != options_.node)
      others.push_back(candidate);
  const auto why = session::obstacle_to_hosting(event.key.kind, event.state.schema_version, others, {});
  return fmt::format("its state stays in the map: {}", why ? why->detail : "no node could take it in time");
}

void session_events::say_why_no_lease(const session::host_event& event) const {
  std::vector<std::string> theirs;
  for (const auto& voter : event.voters)
    theirs.push_back(crdt::escaped_briefly(voter));
  options_.log({log_level::error,
                log_event::voters_differ,
                "node {peer} counts a majority of {theirs}, this one of {ours}: these differ by more than one node, so "
                "neither lets the other run sessions; have all nodes count the same",
                {{"peer", crdt::escaped_briefly(event.other.node)},
                 {"theirs", fmt::format("{}", fmt::join(theirs, ", "))},
                 {"ours", fmt::format("{}", fmt::join(options_.configured_nodes, ", "))}}});
}

} // namespace ariadne
