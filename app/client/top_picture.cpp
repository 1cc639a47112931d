#include "app/client/top_picture.hpp"

#include "app/output/wrapped_text.hpp"
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
  if (member.last_contact_ms > 0 || member.state == member_state::up)
    result.heard = fmt::format("{:.1f}", static_cast<double>(member.last_contact_ms) / 1'000);
  if (member.state != member_state::up)
    result.problem = crdt::printable_briefly(member.problem);
  return result;
}

/// How a table of these rows is set within so many columns.
class table_layout {
public:
  table_layout(const std::vector<row>& rows, std::size_t columns) {
    for (const auto& r : rows) {
      name_ = std::max(name_, r.name.size());
      address_ = std::max(address_, r.address.size());
    }
    const auto fits = [&] { return width() <= columns; };
    if (!fits())
      address_ = std::max(address_ - std::min(address_, width() - columns), address_min);
    if (!fits())
      address_ = 0;
    has_heard_ = fits();
    has_trip_ = has_heard_ || fits();
  }

  std::string line_of(const row& r) const {
    auto result = fmt::format("{:<{}}  {:<8}", r.name, name_, r.state);
    if (address_ > 0)
      result += fmt::format("  {:<{}}", shortened(r.address), address_);
    result += fmt::format("  {:>8}  {:>6}", r.sessions, r.lag);
    if (has_trip_)
      result += fmt::format("  {:>7}", r.trip);
    if (has_heard_)
      result += fmt::format("  {:>7}", r.heard);
    return result;
  }

private:
  /// Of an address, less says nothing.
  static constexpr std::size_t address_min = 12;

  std::size_t width() const {
    return name_ + 2 + 8 + (address_ > 0 ? 2 + address_ : 0) + 2 + 8 + 2 + 6 + (has_trip_ ? 2 + 7 : 0)
           + (has_heard_ ? 2 + 7 : 0);
  }

  std::string shortened(const std::string& address) const {
    return address.size() <= address_ ? address : address.substr(0, address_ - 3) + "...";
  }

  std::size_t name_ = 0;
  std::size_t address_ = 0;
  bool has_trip_ = true;
  bool has_heard_ = true;
};

std::vector<std::string> table_of(const node_report& report, std::size_t columns) {
  std::map<std::string, hosting_node> hosts;
  if (report.hosting)
    for (const auto& host : report.hosting->hosts)
      hosts.emplace(host.node, host);
  std::vector<row> rows{{"node", "state", "address", "sessions", "lag", "trip ms", "heard s", {}}};
  for (const auto& member : report.members)
    rows.push_back(row_of(report, member, hosts));
  const table_layout layout{rows, columns};
  std::vector<std::string> lines;
  for (const auto& r : rows) {
    lines.push_back(layout.line_of(r));
    if (!r.problem.empty())
      for (auto& line : wrapped_lines("  " + r.problem, columns, 2))
        lines.push_back(std::move(line));
  }
  return lines;
}

} // namespace

std::vector<std::string> top_picture::take(node_report report, std::chrono::milliseconds since_last,
                                           std::size_t columns) {
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
  constexpr std::size_t label_width = 10;
  std::vector<std::string> result;
  const auto add = [&result](std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(result));
  };
  for (const auto& line : lines)
    add(wrapped_lines(line, columns, label_width));
  result.emplace_back();
  add(table_of(report, columns));
  last_ = std::move(report);
  return result;
}

} // namespace ariadne
