#include "app/client/top_picture.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace ariadne {

namespace {

std::string short_number(double number) {
  constexpr const char* units[] = {"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  for (; number >= 1'000 && unit + 1 < std::size(units); ++unit)
    number /= 1'000;
  return fmt::format("{:.{}f}{}", number, unit == 0 || number >= 100 ? 0 : 1, units[unit]);
}

std::string short_bytes(double bytes) {
  return short_number(bytes) + "B";
}

/// How much of something there was each second.
class rates {
public:
  rates(const node_report* last, const node_report& present, std::chrono::milliseconds between)
    : last_(last), present_(present), seconds_(std::chrono::duration<double>{between}.count()) {
    if (last && (last->status.replica.replica != present.status.replica.replica || seconds_ <= 0))
      last_ = nullptr;
  }

  std::string of(std::uint64_t replica_counters::*counter, std::string_view unit = {}) const {
    return text(unit, [counter](const node_report& report) { return report.status.replica.counters.*counter; });
  }

  std::string of(std::uint64_t session_host_status::*counter) const {
    return text({}, [counter](const node_report& report) {
      return report.hosting ? (*report.hosting).*counter : std::uint64_t{0};
    });
  }

private:
  template <class Read>
  std::string text(std::string_view unit, Read read) const {
    if (!last_)
      return "-";
    const auto now = read(present_);
    // The host of sessions may have been started anew by itself.
    const auto before = std::min(read(*last_), now);
    return short_number(static_cast<double>(now - before) / seconds_).append(unit);
  }

  const node_report* last_;
  const node_report& present_;
  double seconds_;
};

std::string standing(const node_report& report) {
  const auto& replica = report.status.replica;
  std::string result = replica.caught_up ? "caught up" : "catching up";
  if (!replica.out_of_service.empty())
    result += ", out of service";
  if (!replica.clock_doubt.empty())
    result += ", clock in doubt";
  if (report.hosting && report.hosting->is_paused)
    result += ", paused";
  return result;
}

struct row {
  std::string name, state, address, sessions, lag, trip, heard, problem;
};

row row_of(const node_report& report, const member_status& member, const std::map<std::string, hosting_node>& hosts) {
  row result{crdt::escaped_briefly(member.name),
             to_text(member.state),
             crdt::escaped_briefly(member.address),
             "-",
             "-",
             "-",
             "-",
             {}};
  if (const auto host = hosts.find(member.name); host != hosts.end()) {
    result.sessions = std::to_string(host->second.running);
    if (host->second.is_draining)
      result.state = "draining";
    else if (host->second.is_cordoned)
      result.state = "cordoned";
  }
  if (member.name == report.status.node)
    return result;
  for (const auto& link : report.status.replica.links)
    if (link.replica != 0 && link.replica == member.replica)
      result.lag = short_number(static_cast<double>(link.lag_events));
  if (member.state == member_state::up && member.round_trip_us > 0)
    result.trip = fmt::format("{:.2f}", static_cast<double>(member.round_trip_us) / 1'000);
  if (member.last_contact_ms > 0)
    result.heard = fmt::format("{:.1f}", static_cast<double>(member.last_contact_ms) / 1'000);
  if (member.state != member_state::up)
    result.problem = crdt::printable_briefly(member.problem);
  return result;
}

std::vector<std::string> table_of(const node_report& report) {
  std::map<std::string, hosting_node> hosts;
  if (report.hosting)
    for (const auto& host : report.hosting->hosts)
      hosts.emplace(host.node, host);
  std::vector<row> rows{{"node", "state", "address", "sessions", "lag", "trip ms", "heard s", {}}};
  for (const auto& member : report.members)
    rows.push_back(row_of(report, member, hosts));
  std::size_t name = 0;
  std::size_t address = 0;
  for (const auto& r : rows) {
    name = std::max(name, r.name.size());
    address = std::max(address, r.address.size());
  }
  std::vector<std::string> lines;
  for (const auto& r : rows) {
    lines.push_back(fmt::format("{:<{}}  {:<8}  {:<{}}  {:>8}  {:>6}  {:>7}  {:>7}", r.name, name, r.state, r.address,
                                address, r.sessions, r.lag, r.trip, r.heard));
    if (!r.problem.empty())
      lines.push_back("  " + r.problem);
  }
  return lines;
}

} // namespace

std::vector<std::string> top_picture::take(node_report report, std::chrono::milliseconds since_last) {
  const rates per_second{last_ ? &*last_ : nullptr, report, since_last};
  const auto& replica = report.status.replica;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("cluster {}, as node {} sees it: {}", crdt::escaped_briefly(report.status.cluster),
                              crdt::escaped_briefly(report.status.node), standing(report)));
  lines.push_back(fmt::format("keys      {}, {}; {} writes and {} reads wait", short_number(double(replica.keys)),
                              short_bytes(double(replica.bytes)), replica.waiting_writes, replica.waiting_reads));
  lines.push_back(fmt::format(
    "a second  {} puts, {} erases; out {} frames, {}; in {} frames, {}", per_second.of(&replica_counters::puts),
    per_second.of(&replica_counters::erases), per_second.of(&replica_counters::frames_sent),
    per_second.of(&replica_counters::bytes_sent, "B"), per_second.of(&replica_counters::frames_received),
    per_second.of(&replica_counters::bytes_received, "B")));
  if (report.hosting) {
    const auto& hosting = *report.hosting;
    lines.push_back(fmt::format("sessions  {} here; a second {} started, {} moved away, {} lost, {} failed",
                                hosting.running, per_second.of(&session_host_status::started),
                                per_second.of(&session_host_status::moved), per_second.of(&session_host_status::lost),
                                per_second.of(&session_host_status::failed)));
  }
  if (replica.counters.divergences > 0)
    lines.push_back(fmt::format("TROUBLE   {} divergences: nodes that have seen the same differ; report this as a bug",
                                replica.counters.divergences));
  lines.emplace_back();
  for (auto& line : table_of(report))
    lines.push_back(std::move(line));
  last_ = std::move(report);
  return lines;
}

} // namespace ariadne
