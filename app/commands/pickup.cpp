#include "app/commands/pickup.hpp"

#include "app/client/node_request.hpp"
#include "app/client/value_mover.hpp"
#include "app/commands/options.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"
#include "ops/node_report.hpp"

#include <CLI/CLI.hpp>
#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ariadne {

namespace {

using nlohmann::json;

struct outcome_meaning {
  const char* text;
  exit_code code;
};

constexpr outcome_meaning meaning_of(pickup_outcome outcome) {
  switch (outcome) {
    case pickup_outcome::found:
      return {"found", exit_code::done};
    case pickup_outcome::absent:
      return {"absent", exit_code::absent};
    case pickup_outcome::pending:
      return {"pending", exit_code::pending};
  }
  return {"unknown", exit_code::failed};
}

fallible<void> write_json(const pickup_result& result) {
  json answer{{"outcome", meaning_of(result.outcome).text}};
  if (result.outcome == pickup_outcome::found) {
    put_bytes(answer, "type", result.state.type_name);
    answer.update({{"version", result.state.schema_version},
                   {"event", event_text(result.event)},
                   {"value_base64", absl::Base64Escape(result.state.bytes)}});
  }
  return write_out(json_line(answer));
}

fallible<void> write_text(const pickup_result& result, const std::string& key) {
  if (result.outcome == pickup_outcome::found)
    return write_out(result.state.bytes);
  const auto shown_key = crdt::escaped_briefly(key);
  complain(result.outcome == pickup_outcome::absent
             ? fmt::format("there is nothing under {}", shown_key)
             : fmt::format("nothing is under {} yet, but the node has not yet caught up with the others", shown_key));
  return {};
}

} // namespace

CLI::App* pickup_command::declare(CLI::App& parent) {
  return declare_read(parent, "pickup", "Write the state under a key to stdout, and leave it there");
}

CLI::App* pickup_command::declare_read(CLI::App& parent, const char* name, const char* description) {
  auto* sub = declare_as(parent, name, description);
  add_bytes(*sub, "KEY", key, "What is to be read");
  add_time(
    *sub, "--wait", std::chrono::hours{24},
    [this](std::chrono::milliseconds time) { wait.wait_ms = static_cast<std::uint64_t>(time.count()); },
    "Wait so long for the key to arrive; the timeout counts from then on");
  sub->add_flag_callback(
    "--until-certain", [this] { wait.until = wait_end::certainty; },
    "Wait no longer than until the node has all that others had when it last met them");
  return sub;
}

fallible<exit_code> pickup_command::print(const pickup_result& result) const {
  return (json ? write_json(result) : write_text(result, key)).map([&] { return meaning_of(result.outcome).code; });
}

fallible<exit_code> pickup_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system& system, node_connection& client) {
    value_mover mover{system, client};
    return mover.pick_up(key, wait).and_then([this](const pickup_result& result) { return print(result); });
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
