#include "app/commands/wait.hpp"

#include "app/client/node_request.hpp"
#include "app/client/report_request.hpp"
#include "app/config/duration.hpp"
#include "app/output/output.hpp"
#include "app/output/status_line.hpp"
#include "crdt/printable_text.hpp"
#include "ops/readiness.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace ariadne {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Between two looks at a node; and how long one may take, since a node that is about to start does not answer.
constexpr auto pause = 100ms;
constexpr auto look_patience = 2'000ms;

/// Why the node is not ready; empty if it is. If `only` is a name, that check alone counts.
std::string what_fails(const node_report& report, std::string_view only) {
  for (const auto& c : readiness_of(report))
    if (!c.has_passed && (only.empty() || c.name == only))
      return c.reason;
  return {};
}

const member_status* find_member(const node_report& report, const std::string& name) {
  const auto& all = report.members;
  const auto found = std::find_if(all.begin(), all.end(), [&](const member_status& m) { return m.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string what_stays(const node_report& report, const std::string& leaver) {
  const auto* member = find_member(report, leaver);
  return member && member->state == member_state::up ? "it is up" : std::string{};
}

} // namespace

wait_command::wait_command() {
  timeout = 1min;
}

CLI::App* wait_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "wait", "Wait until a node is ready, or until another one has gone");
  sub->get_option("--timeout")->description("How long to wait at most, such as 500ms or 2m; 1m by default");
  sub
    ->add_option("WHAT", what,
                 "ready: clients may be sent to the node. met: it has caught up with all that are up. left: NODE is no "
                 "longer up, as the node sees it")
    ->required()
    ->type_name("");
  sub->add_option("NODE", leaver, "With left: which one")->type_name("");
  return sub;
}

void wait_command::check() {
  client_command::check();
  if (what != "ready" && what != "met" && what != "left")
    throw CLI::ValidationError("WHAT", fmt::format("{} is none of ready, met and left", crdt::escaped_briefly(what)));
  if ((what == "left") == leaver.empty())
    throw CLI::ValidationError("NODE", what == "left" ? "left needs the name of a node" : "only left takes a node");
}

nlohmann::json wait_command::answer(const std::string& reason, steady_clock::duration waited) const {
  nlohmann::json result{
    {"what", what}, {"is_so", reason.empty()}, {"waited_ms", std::chrono::duration_cast<milliseconds>(waited).count()}};
  if (!leaver.empty())
    put_bytes(result, "node", leaver);
  if (!reason.empty())
    result["reason"] = reason;
  return result;
}

fallible<exit_code> wait_command::run_at(const contact_points& points) const {
  if (json)
    if (auto writable = check_stdout(); !writable)
      return tl::unexpected(std::move(writable.error()));
  const auto begin = steady_clock::now();
  const auto deadline = begin + timeout;
  std::string reason;
  // One that has been forgotten is gone as well; it may have been misspelt, too.
  std::string note;
  const auto look = [&](caf::actor_system&, node_connection& client) {
    return ask_report(client).map([&](const node_report& report) {
      if (what == "left" && !find_member(report, leaver))
        note = fmt::format("{} knows of no node {}", crdt::escaped_briefly(report.status.node),
                           crdt::escaped_briefly(leaver));
      reason = what == "left" ? what_stays(report, leaver) : what_fails(report, what == "met" ? what : std::string{});
      return reason.empty() ? exit_code::done : exit_code::failed;
    });
  };
  for (status_line line;; line.show("waiting: " + reason)) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    const auto seen =
      carry_out({.visit = look, .is_read = true}, points, std::clamp<milliseconds>(left, 1ms, look_patience));
    const auto is_so = seen && *seen == exit_code::done;
    if (!seen)
      reason = seen.error().text;
    const auto is_over = steady_clock::now() + pause >= deadline;
    if (is_so || is_over)
      line.end();
    if (is_so && !note.empty())
      complain(note);
    if (json && (is_so || is_over))
      if (auto written = write_out(json_line(answer(reason, steady_clock::now() - begin))); !written)
        return tl::unexpected(std::move(written.error()));
    if (is_so)
      return exit_code::done;
    if (is_over)
      return tl::unexpected(failure{
        fmt::format("not {} within {}: {}", what == "left" ? leaver + " left" : what, to_string(timeout), reason)});
    std::this_thread::sleep_for(pause);
  }
}

} // namespace ariadne
