#include "ops/node_report.hpp"

#include "crdt/printable_text.hpp"
#include "ops/json_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

namespace ariadne {

using nlohmann::json;

std::string event_text(const event_id& event) {
  return fmt::format("{}:{}", replica_text(event.replica), event.counter);
}

std::string replica_text(std::uint64_t replica) {
  return fmt::format("{:016x}", replica);
}

const char* to_text(handoff_event_kind kind) {
  switch (kind) {
    case handoff_event_kind::stashed:
      return "stashed";
    case handoff_event_kind::discarded:
      return "discarded";
    case handoff_event_kind::expired:
      return "expired";
    case handoff_event_kind::node_up:
      return "node up";
    case handoff_event_kind::node_down:
      return "node down";
    case handoff_event_kind::node_left:
      return "node left";
    case handoff_event_kind::caught_up:
      return "caught up";
  }
  return "unknown";
}

json to_json(const handoff_event& event) {
  json result{{"what", to_text(event.kind)}};
  put_bytes(result, "subject", event.subject);
  if (event.kind == handoff_event_kind::stashed)
    result["event"] = event_text(event.event);
  return result;
}

const char* to_text(member_state state) {
  switch (state) {
    case member_state::up:
      return "up";
    case member_state::down:
      return "down";
    case member_state::left:
      return "left";
  }
  return "unknown";
}

namespace {

json counters_json(const replica_counters& counters) {
  return {{"puts", counters.puts},
          {"erases", counters.erases},
          {"frames_sent", counters.frames_sent},
          {"frames_received", counters.frames_received},
          {"bytes_sent", counters.bytes_sent},
          {"bytes_received", counters.bytes_received},
          {"registers_sent", counters.registers_sent},
          {"registers_received", counters.registers_received},
          {"full_states_sent", counters.full_states_sent},
          {"refusals", counters.refusals},
          {"divergences", counters.divergences}};
}

const replication_status* find_replication(const node_status& status, const member_status& member) {
  const auto& links = status.replica.links;
  const auto found = std::find_if(links.begin(), links.end(), [&](const replication_status& link) {
    return link.replica != 0 && link.replica == member.replica;
  });
  return found == links.end() ? nullptr : &*found;
}

json status_json(const node_status& status, const std::vector<member_status>& members) {
  json answer{{"replica", replica_text(status.replica.replica)},
              {"caught_up", status.replica.caught_up},
              {"keys", status.replica.keys},
              {"bytes", status.replica.bytes},
              {"neighbours", status.replica.neighbours},
              {"waiting_writes", status.replica.waiting_writes},
              {"waiting_reads", status.replica.waiting_reads},
              {"clock", {{"doubt", status.replica.clock_doubt}, {"wall_ahead_ms", status.replica.wall_ahead_ms}}},
              {"in_service", status.replica.out_of_service.empty()},
              {"counters", counters_json(status.replica.counters)},
              {"members", json::array()}};
  put_bytes(answer, "node", status.node);
  put_bytes(answer, "cluster", status.cluster);
  for (const auto& member : members) {
    json entry{{"state", to_text(member.state)},
               {"replica", replica_text(member.replica)},
               {"round_trip_us", member.round_trip_us},
               {"last_contact_ms", member.last_contact_ms}};
    put_bytes(entry, "name", member.name);
    put_bytes(entry, "address", member.address);
    if (!member.problem.empty())
      put_bytes(entry, "problem", member.problem);
    if (const auto* link = find_replication(status, member))
      entry["replication"] = {
        {"neighbour", link->is_neighbour},          {"caught_up", link->caught_up},
        {"lag_events", link->lag_events},           {"lag_bytes_max", link->lag_bytes_max},
        {"in_flight_bytes", link->in_flight_bytes}, {"last_frame_ms", link->last_frame_ms},
        {"refused_here", link->refused_here},       {"refused_there", link->refused_there},
        {"clock_ahead_ms", link->clock_ahead_ms},   {"refusal", crdt::printable_briefly(link->refusal)}};
    answer["members"].push_back(std::move(entry));
  }
  if (!status.replica.out_of_service.empty())
    answer["out_of_service"] = crdt::printable_briefly(status.replica.out_of_service);
  return answer;
}

/// What does not go without saying about a link.
std::string refusal_text(const replication_status& link) {
  if (link.refused_here + link.refused_there == 0)
    return {};
  return fmt::format(", {} keys of it refused, {} keys refused by it: {}", link.refused_here, link.refused_there,
                     crdt::printable_briefly(link.refusal));
}

std::string trouble_lines(const replica_status& replica) {
  std::string text;
  if (!replica.clock_doubt.empty())
    text += fmt::format("clock    {}\n", crdt::printable_briefly(replica.clock_doubt));
  if (!replica.out_of_service.empty())
    text += fmt::format("service  out of service: {}\n", crdt::printable_briefly(replica.out_of_service));
  return text;
}

std::string member_line(const node_status& status, const member_status& member) {
  if (member.name == status.node)
    return "this node";
  const auto heard = fmt::format("heard of {} ms ago", member.last_contact_ms);
  if (member.state != member_state::up) {
    const auto problem = crdt::printable_briefly(member.problem);
    if (member.last_contact_ms == 0)
      return problem;
    return problem.empty() ? heard : problem + ", " + heard;
  }
  const auto contact = fmt::format("round trip {} us, {}", member.round_trip_us, heard);
  const auto* link = find_replication(status, member);
  if (!link)
    return contact + ", no replication yet";
  return fmt::format("{}, {}, lag {} events{}{}{}", contact, link->caught_up ? "caught up with" : "catching up",
                     link->lag_events,
                     link->lag_events > 0 ? fmt::format(" (up to {} bytes)", link->lag_bytes_max) : std::string{},
                     link->is_neighbour ? "" : ", by way of others", refusal_text(*link));
}

std::string status_table(const node_status& status, const std::vector<member_status>& members, bool is_secured) {
  const auto& replica = status.replica;
  const auto& counters = replica.counters;
  auto text = fmt::format(
    "node     {} of cluster {}\n"
    "replica  {}, {}\n"
    "keys     {}, {} bytes\n"
    "written  {} puts, {} erases; {} wait for acknowledgements\n"
    "sent     {} frames, {} bytes; received {} frames, {} bytes\n"
    "trouble  {} full states sent, {} refusals, {} divergences\n"
    "security {}\n"
    "{}"
    "members\n",
    crdt::escaped(status.node), crdt::escaped(status.cluster), replica_text(replica.replica),
    replica.caught_up ? "caught up with all nodes" : "not yet caught up", replica.keys, replica.bytes, counters.puts,
    counters.erases, replica.waiting_writes, counters.frames_sent, counters.bytes_sent, counters.frames_received,
    counters.bytes_received, counters.full_states_sent, counters.refusals, counters.divergences,
    is_secured ? "TLS; both sides have shown certificates" : "none; whoever reaches the port can do everything",
    trouble_lines(replica));
  std::size_t name_width = 0;
  std::size_t address_width = 0;
  for (const auto& member : members) {
    name_width = std::max(name_width, crdt::escaped(member.name).size());
    address_width = std::max(address_width, crdt::escaped(member.address).size());
  }
  for (const auto& member : members) {
    auto line =
      fmt::format("  {:<{}}  {:<{}}  {:<4}  {}", crdt::escaped(member.name), name_width, crdt::escaped(member.address),
                  address_width, to_text(member.state), member_line(status, member));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

json hosting_json(const session_host_status& hosting) {
  json result{{"running", hosting.running},   {"paused", hosting.is_paused},
              {"started", hosting.started},   {"moved", hosting.moved},
              {"stranded", hosting.stranded}, {"lost", hosting.lost},
              {"failed", hosting.failed},     {"waiting_requests", hosting.waiting_requests},
              {"hosts", json::array()}};
  for (const auto& host : hosting.hosts) {
    json entry{{"cordoned", host.is_cordoned}, {"draining", host.is_draining}, {"running", host.running}};
    put_bytes(entry, "node", host.node);
    entry["kinds"] = json::object();
    for (const auto& [kind, version] : host.kinds)
      entry["kinds"][crdt::escaped(kind)] = version;
    result["hosts"].push_back(std::move(entry));
  }
  return result;
}

std::string hosting_table(const session_host_status& hosting) {
  auto text = fmt::format("sessions {} run here{}; {} started, {} moved away, {} stranded, {} lost, {} failed\n",
                          hosting.running, hosting.is_paused ? ", the node is paused" : "", hosting.started,
                          hosting.moved, hosting.stranded, hosting.lost, hosting.failed);
  std::size_t name_width = 0;
  for (const auto& host : hosting.hosts)
    name_width = std::max(name_width, crdt::escaped(host.node).size());
  for (const auto& host : hosting.hosts) {
    text += fmt::format("  {:<{}}  {} run", crdt::escaped(host.node), name_width, host.running);
    for (const auto& [kind, version] : host.kinds)
      text += fmt::format(", {} up to version {}", crdt::escaped(kind), version);
    text += fmt::format("{}{}\n", host.is_cordoned ? ", cordoned" : "", host.is_draining ? ", draining" : "");
  }
  return text;
}

const char* to_text(membership::agreement is) {
  switch (is) {
    case membership::agreement::provisional:
      return "provisional";
    case membership::agreement::pledged:
      return "pledged";
    case membership::agreement::final:
      return "final";
  }
  return "unknown";
}

/// "none" while the journal has none.
std::string cluster_id_text(membership::cluster_id id) {
  if (id.number == 0)
    return "none";
  return fmt::format("{}, {}", membership::cluster_id_text(id.number), to_text(id.is));
}

const char* to_text(storage_mode mode) {
  return mode == storage_mode::sync ? "sync" : "write";
}

json storage_json(const storage_status& storage) {
  json result{{"mode", to_text(storage.mode)},          {"bytes", storage.bytes},
              {"lag_keys", storage.lag_keys},           {"lag_events", storage.lag_events},
              {"lag_bytes_max", storage.lag_bytes_max}, {"synced_ago_ms", storage.synced_ago_ms},
              {"sync_took_us", storage.sync_took_us},   {"batches", storage.batches},
              {"written_bytes", storage.written_bytes}, {"faults", storage.faults},
              {"is_failing", !storage.problem.empty()}};
  if (const auto& id = storage.cluster_id; id.number != 0)
    result["cluster_id"] = {{"id", membership::cluster_id_text(id.number)}, {"agreement", to_text(id.is)}};
  put_bytes(result, "directory", storage.directory);
  if (storage.faults > 0) {
    put_bytes(result, "last_fault", storage.last_fault);
    result["last_fault_ago_ms"] = storage.last_fault_ago_ms;
  }
  return result;
}

std::string storage_lines(const storage_status& storage) {
  auto text = fmt::format(
    "journal  {}, mode {}, {} bytes; {} keys not yet kept{}; synced {} ms ago, in {} us\n"
    "cluster  id {}\n",
    crdt::printable_briefly(storage.directory), to_text(storage.mode), storage.bytes, storage.lag_keys,
    storage.lag_events == 0 ? std::string{}
                            : fmt::format(" ({} events, up to {} bytes)", storage.lag_events, storage.lag_bytes_max),
    storage.synced_ago_ms, storage.sync_took_us, cluster_id_text(storage.cluster_id));
  if (!storage.problem.empty())
    text += fmt::format("         nothing is kept now: {}\n", crdt::printable_briefly(storage.problem));
  else if (storage.faults > 0)
    text += fmt::format("         {} faults, the last one {} s ago: {}\n", storage.faults,
                        storage.last_fault_ago_ms / 1000, crdt::printable_briefly(storage.last_fault));
  return text;
}

const char* to_text(setting_origin origin) {
  switch (origin) {
    case setting_origin::command_line:
      return "command line";
    case setting_origin::environment:
      return "environment";
    case setting_origin::file:
      return "file";
    case setting_origin::built_in:
      return "default";
  }
  return "unknown";
}

json settings_json(const std::vector<setting>& settings) {
  auto result = json::object();
  for (const auto& each : settings) {
    json entry{{"from", to_text(each.origin)}};
    put_bytes(entry, "value", each.value);
    result[crdt::escaped(each.name)] = std::move(entry);
  }
  return result;
}

std::string settings_lines(const std::vector<setting>& settings) {
  std::string text = "settings\n";
  for (const auto& each : settings)
    text += fmt::format("  {:<10}  {}, {}{}\n", crdt::escaped(each.name), crdt::printable_briefly(each.value),
                        each.origin == setting_origin::built_in ? "by " : "from the ", to_text(each.origin));
  return text;
}

} // namespace

std::string to_table(const node_report& report) {
  auto text = status_table(report.status, report.members, report.is_secured);
  if (!report.settings.empty())
    text += settings_lines(report.settings);
  if (report.storage)
    text += storage_lines(*report.storage);
  return report.hosting ? text + hosting_table(*report.hosting) : text;
}

json to_json(const node_report& report) {
  auto answer = status_json(report.status, report.members);
  answer["tls"] = report.is_secured;
  answer["settings"] = settings_json(report.settings);
  answer["storage"] = report.storage ? storage_json(*report.storage) : json{};
  answer["sessions"] = report.hosting ? hosting_json(*report.hosting) : json{};
  return answer;
}

} // namespace ariadne
