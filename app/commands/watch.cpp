#include "app/commands/watch.hpp"

#include "actors/system_config.hpp"
#include "app/client/event_follower.hpp"
#include "app/client/node_connection.hpp"
#include "app/client/nodes_in_turn.hpp"
#include "app/client/watch_picture.hpp"
#include "app/output/output.hpp"
#include "crdt/counted.hpp"
#include "crdt/printable_text.hpp"
#include "ops/node_report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How soon nodes are asked again that could not help.
constexpr auto retry_interval = 250ms;

fallible<void> print_event(const handoff_event& event, bool as_json) {
  if (as_json)
    return write_out(json_line(to_json(event)));
  const auto which =
    event.kind == handoff_event_kind::stashed ? fmt::format(" (event {})", event_text(event.event)) : "";
  return write_out(fmt::format("{} {}{}\n", to_text(event.kind), crdt::escaped(event.subject), which));
}

fallible<void> print_events(const std::vector<handoff_event>& events, std::uint64_t missed, bool as_json) {
  if (missed > 0) {
    const auto written =
      write_out(as_json ? json_line({{"what", "missed"}, {"count", missed}})
                        : fmt::format("missed {}: read again what you watch\n", crdt::counted(missed, "event")));
    if (!written)
      return written;
  }
  for (const auto& event : events)
    if (auto written = print_event(event, as_json); !written)
      return written;
  return {};
}

class watch_run {
public:
  watch_run(caf::actor_system& system, const watch_command& command, const std::vector<endpoint>& nodes)
    : system_(system), command_(command), nodes_(nodes), picture_(nodes.size() > 1) {}

  fallible<exit_code> run() {
    for (auto deadline = clock::now() + command_.timeout;;) {
      has_begun_ = false;
      auto result = visit_in_turn(
        system_, nodes_, std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()), 1ms),
        [this](node_connection& client) { return watch_at(client); },
        [this](const node_connection&, const failure& why) {
          return !has_begun_ && why.fate != request_fate::refused;
        });
      auto& why = result.error();
      if (nodes_.size() == 1 || why.fate == request_fate::refused || (!has_begun_ && lost_.empty()))
        return result;
      if (has_begun_) {
        lost_ = why.text;
        deadline = clock::now() + command_.timeout;
      } else if (clock::now() + retry_interval >= deadline) {
        why.text.insert(0, lost_ + "; ");
        return result;
      }
      // A node may answer, and end at once, again and again.
      if (!has_begun_ || clock::now() < begun_at_ + 1s)
        std::this_thread::sleep_for(retry_interval);
    }
  }

private:
  /// Answers how it has ended.
  fallible<exit_code> watch_at(node_connection& client) {
    const auto handoff = client.handoff();
    if (!handoff)
      return tl::unexpected(handoff.error());
    event_follower follower{system_, picture_, [this](const auto& events, std::uint64_t missed) {
                              return print_events(events, missed, command_.json);
                            }};
    auto begun = client.ask<void>(*handoff, watch_atom_v, follower.watcher()).and_then([&] {
      return client.ask<void>(*handoff, watch_atom_v, command_.prefix, follower.watcher());
    });
    if (!begun)
      return tl::unexpected(begun.error());
    if (nodes_.size() > 1) {
      const auto members = client.members();
      if (!members)
        return tl::unexpected(members.error());
      note_begin(client.address());
      if (auto shown = print_events(picture_.turn_to(*members), 0, command_.json); !shown)
        return tl::unexpected(shown.error());
    }
    has_begun_ = true;
    follower.begin(*handoff, command_.prefix);
    const auto end = follower.wait();
    if (end.not_shown)
      return tl::unexpected(*end.not_shown);
    return tl::unexpected(end.refused ? client.describe_failure(end.refused) : client.describe_end(end.lost));
  }

  /// One of several.
  void note_begin(const endpoint& address) {
    has_begun_ = true;
    begun_at_ = clock::now();
    if (!lost_.empty())
      complain(fmt::format("{}; going on by way of {}", std::exchange(lost_, {}), to_string(address)));
    // The next ones are asked first when contact to this one is lost.
    const auto present = std::find(nodes_.begin(), nodes_.end(), address);
    if (present != nodes_.end())
      std::rotate(nodes_.begin(), present + 1, nodes_.end());
  }

  caf::actor_system& system_;
  const watch_command& command_;
  std::vector<endpoint> nodes_;
  watch_picture picture_;
  /// Why contact was last lost, until it goes on.
  std::string lost_;
  bool has_begun_ = false;
  clock::time_point begun_at_;
};

} // namespace

CLI::App* watch_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "watch", "Show what happens to keys and nodes, until Ctrl-C");
  add_prefix(*sub, prefix, "Only the keys that start with it");
  return sub->footer(
    "With --cluster, it goes on by way of another node of the file when its node stops or dies, and says so on\n"
    "stderr. What has changed meanwhile is shown then: what stands otherwise than it was shown is stashed, what\n"
    "is gone is discarded, once that node has caught up with the others. What a node that has died had told,\n"
    "and others do not have, is shown as gone.");
}

fallible<exit_code> watch_command::run_at(const contact_points& points) const {
  if (auto writable = check_stdout(); !writable)
    return tl::unexpected(std::move(writable.error()));
  client_config config{points.security};
  use_threads(config, event_follower::threads_min);
  caf::actor_system system{config};
  return watch_run{system, *this, points.nodes}.run();
}

} // namespace ariadne
