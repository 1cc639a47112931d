#include "actors/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ariadne {

std::string log_entry::message() const {
  std::string result;
  auto rest = pattern_;
  while (!rest.empty()) {
    const auto at = rest.find('{');
    result += rest.substr(0, at);
    if (at == std::string_view::npos)
      break;
    rest.remove_prefix(at);
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const log_field& f) {
      return rest.substr(1).starts_with(f.name) && rest.substr(1 + f.name.size()).starts_with('}');
    });
    if (found == fields.end()) {
      result += '{';
      rest.remove_prefix(1);
      continue;
    }
    std::visit([&](const auto& value) { fmt::format_to(std::back_inserter(result), "{}", value); }, found->value);
    rest.remove_prefix(found->name.size() + 2);
  }
  return result;
}

std::string_view to_text(log_event event) {
  switch (event) {
    case log_event::in_service:
      return "in_service";
    case log_event::caught_up:
      return "caught_up";
    case log_event::port_not_opened:
      return "port_not_opened";
    case log_event::child_ended:
      return "child_ended";
    case log_event::child_restarted:
      return "child_restarted";
    case log_event::signal:
      return "signal";
    case log_event::signal_ignored:
      return "signal_ignored";
    case log_event::file_read:
      return "file_read";
    case log_event::file_refused:
      return "file_refused";
    case log_event::restart_needed:
      return "restart_needed";
    case log_event::stopping:
      return "stopping";
    case log_event::stopped_early:
      return "stopped_early";
    case log_event::handed_over:
      return "handed_over";
    case log_event::not_handed_over:
      return "not_handed_over";
    case log_event::nobody_takes_over:
      return "nobody_takes_over";
    case log_event::leave_not_told:
      return "leave_not_told";
    case log_event::insecure:
      return "insecure";
    case log_event::printed_elsewhere:
      return "printed_elsewhere";
    case log_event::lines_lost:
      return "lines_lost";
    case log_event::admin_open:
      return "admin_open";
    case log_event::admin_exposed:
      return "admin_exposed";
    case log_event::admin_failed:
      return "admin_failed";
    case log_event::node_changed:
      return "node_changed";
    case log_event::node_down:
      return "node_down";
    case log_event::node_unreachable:
      return "node_unreachable";
    case log_event::node_refused:
      return "node_refused";
    case log_event::node_forgotten:
      return "node_forgotten";
    case log_event::name_claimed:
      return "name_claimed";
    case log_event::name_not_certified:
      return "name_not_certified";
    case log_event::link_unsteady:
      return "link_unsteady";
    case log_event::was_not_run:
      return "was_not_run";
    case log_event::nodes_discovered:
      return "nodes_discovered";
    case log_event::discovery_failed:
      return "discovery_failed";
    case log_event::few_nodes_met:
      return "few_nodes_met";
    case log_event::replication_refused:
      return "replication_refused";
    case log_event::watch_refused:
      return "watch_refused";
    case log_event::clock_doubted:
      return "clock_doubted";
    case log_event::clock_believed:
      return "clock_believed";
    case log_event::keys_restamped:
      return "keys_restamped";
    case log_event::service_lost:
      return "service_lost";
    case log_event::service_regained:
      return "service_regained";
    case log_event::journal_opened:
      return "journal_opened";
    case log_event::journal_restored:
      return "journal_restored";
    case log_event::journal_awaited:
      return "journal_awaited";
    case log_event::journal_failed:
      return "journal_failed";
    case log_event::journal_regained:
      return "journal_regained";
    case log_event::journal_copied:
      return "journal_copied";
    case log_event::restored_shown:
      return "restored_shown";
    case log_event::kind_refused:
      return "kind_refused";
    case log_event::session_started:
      return "session_started";
    case log_event::session_moved:
      return "session_moved";
    case log_event::session_stranded:
      return "session_stranded";
    case log_event::session_lost:
      return "session_lost";
    case log_event::session_ended:
      return "session_ended";
    case log_event::session_failed:
      return "session_failed";
    case log_event::sessions_moving:
      return "sessions_moving";
    case log_event::sessions_paused:
      return "sessions_paused";
    case log_event::sessions_resumed:
      return "sessions_resumed";
    case log_event::sessions_gone:
      return "sessions_gone";
    case log_event::voters_differ:
      return "voters_differ";
    case log_event::session_frame_refused:
      return "session_frame_refused";
    case log_event::session_host_changed:
      return "session_host_changed";
    case log_event::record_not_written:
      return "record_not_written";
    case log_event::states_kept_apart:
      return "states_kept_apart";
    case log_event::leave_unheard:
      return "leave_unheard";
    case log_event::connection_refused:
      return "connection_refused";
    case log_event::protocol_not_spoken:
      return "protocol_not_spoken";
    case log_event::certificates_reloaded:
      return "certificates_reloaded";
    case log_event::certificates_not_reloaded:
      return "certificates_not_reloaded";
    case log_event::certificate_expires:
      return "certificate_expires";
  }
  return "unknown";
}

std::string_view to_text(log_level level) {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "unknown";
}

} // namespace ariadne
