#include "app/commands/stash.hpp"

#include "app/client/node_request.hpp"
#include "app/client/value_file.hpp"
#include "app/client/value_mover.hpp"
#include "app/commands/options.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"
#include "ops/node_report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ariadne {

namespace {

/// The type of what the command line stashes.
constexpr auto bytes_type = "bytes";

/// The nodes of these replicas, by name as far as they are known.
std::vector<std::string> names_of(node_connection& client, const std::vector<std::uint64_t>& replicas) {
  const auto members = client.members().value_or(std::vector<member_status>{});
  std::vector<std::string> result;
  for (const auto replica : replicas) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const member_status& member) { return member.replica == replica; });
    result.push_back(found == members.end() ? replica_text(replica) : crdt::escaped(found->name));
  }
  return result;
}

} // namespace

CLI::App* stash_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "stash", "Keep a value under a key");
  add_bytes(*sub, "KEY", key, "Under what the value is kept");
  sub->add_option("FILE", value_file, "Where the value is; - is stdin, the default")->type_name("");
  add_concern(*sub, write.concern, "Which nodes have to hold the value");
  add_time(
    *sub, "--ttl", std::chrono::hours{24 * 365},
    [this](std::chrono::milliseconds time) { write.time_to_live_ms = static_cast<std::uint64_t>(time.count()); },
    "After how long nobody can pick it up any more, such as 10m or 1h; never by default");
  return sub;
}

fallible<exit_code> stash_command::run_at(const contact_points& points) const {
  const auto value = read_value(value_file);
  if (!value)
    return tl::unexpected(value.error());
  const auto visit = [&](caf::actor_system& system, node_connection& client) -> fallible<exit_code> {
    value_mover mover{system, client};
    const auto done = mover.stash(key, {bytes_type, 1, {}}, *value, write);
    if (!done)
      return tl::unexpected(done.error());
    const auto holders = names_of(client, done->holders);
    const auto durable = names_of(client, done->durable_holders);
    auto report = nlohmann::json{{"event", event_text(done->event)}, {"holders", holders}};
    if (write.concern.durable)
      report["durable"] = durable;
    write_receipt(json ? json_line(report)
                       : fmt::format("stashed as event {}, held by {}{}{}\n", event_text(done->event),
                                     fmt::join(holders, ", "), holders.size() == 1 ? " alone" : "",
                                     durable.empty() ? "" : fmt::format(", durably by {}", fmt::join(durable, ", "))));
    return exit_code::done;
  };
  return carry_out({.visit = visit, .in_doubt = "the value may have been stashed"}, points, timeout);
}

} // namespace ariadne
