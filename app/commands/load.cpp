#include "app/commands/load.hpp"

#include "app/client/node_connection.hpp"
#include "app/commands/options.hpp"
#include "app/output/output.hpp"
#include "app/output/status_line.hpp"
#include "app/process/process_signals.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace ariadne {

namespace {

/// What a load has stashed is gone so long after it, also if it is killed.
constexpr std::chrono::minutes kept_after{10};

load_operation parse_operation(const std::string& text) {
  for (const auto operation : {load_operation::put, load_operation::get, load_operation::churn})
    if (text == to_text(operation))
      return operation;
  throw CLI::ValidationError("OPERATION",
                             fmt::format("{} is none of put, get, churn and play", crdt::escaped_briefly(text)));
}

} // namespace

CLI::App* load_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "load", "Make requests of a cluster for a while, and tell how long they take");
  sub->get_option("--timeout")->description("How long each request may take, such as 500ms or 2s; 5s by default");
  sub
    ->add_option_function<std::string>(
      "OPERATION", [this](const std::string& text) { operation_ = parse_operation(text); },
      "put: stashes. get: pickups of what stands. churn: stashes, each of which is discarded next")
    ->type_name("");
  add_time(
    *sub, "--time", std::chrono::hours{24}, [this](std::chrono::milliseconds time) { load.time = time; },
    "For how long, 10s by default; Ctrl-C ends it as well");
  sub->add_option("--clients", load.clients, "How many make one request at a time each, 16 by default")
    ->check(CLI::Range(1, 1'000))
    ->type_name("COUNT");
  sub
    ->add_option("--rate", load.rate,
                 "How many requests a second there are in all; by default as many as the clients can make. A request "
                 "that is made late counts from when it was due")
    ->check(CLI::Range(1, 1'000'000'000))
    ->type_name("NUMBER");
  sub->add_option("--size", load.value_bytes, "How long each value is, 256 bytes by default; 65536 at most")
    ->check(CLI::Range(0, 65'536))
    ->type_name("BYTES");
  sub->add_option("--keys", load.keys, "How many keys there are, 1000 by default")
    ->check(CLI::Range(1, 100'000'000))
    ->type_name("COUNT");
  sub->add_option("--prefix", load.prefix, "What the keys begin with, load/ by default")->type_name("PREFIX");
  add_concern(*sub, load.write.concern, "Which nodes have to hold what is stashed");
  return sub->footer("With --cluster, the clients are spread over all nodes of the file that answer.\n"
                     "What already stands under PREFIX and a number is overwritten, and discarded at\n"
                     "the end. What is not, since the program is killed, or Ctrl-C has ended that as\n"
                     "well, expires ten minutes later.");
}

void load_command::check() {
  client_command::check();
  // The parser cannot require it: there is a command below this one.
  if (!operation_)
    throw CLI::RequiredError("OPERATION");
  load.operation = *operation_;
  load.patience = timeout;
  load.write.timeout_ms = static_cast<std::uint64_t>(timeout.count());
  load.write.time_to_live_ms = static_cast<std::uint64_t>((load.time + kept_after).count());
}

fallible<exit_code> load_command::run_at(const contact_points& points) const {
  if (auto writable = check_stdout(); !writable)
    return tl::unexpected(std::move(writable.error()));
  // Before there are threads: none of them is interrupted.
  const process_signals signals;
  client_config config{points.security};
  caf::actor_system system{config};
  status_line line;
  const load_watch watch{.keys =
                           [&](const char* what, std::size_t done, std::size_t all) {
                             line.show(keys_line(what, done, all));
                             return !signals.take();
                           },
                         .requests =
                           [&](const load_report& report) {
                             line.show(progress_line(report, load.time));
                             return !signals.take();
                           }};
  auto report = run_load(system, points.nodes, load, watch);
  line.end();
  if (!report)
    return tl::unexpected(std::move(report.error()));
  if (auto written = write_out(json ? json_line(to_json(*report)) : to_text(*report)); !written)
    return tl::unexpected(std::move(written.error()));
  if (report->tally.failed == 0)
    return exit_code::done;
  return tl::unexpected(failure{
    fmt::format("{} requests have failed; the first one: {}", report->tally.failed, report->tally.first_failure)});
}

} // namespace ariadne
