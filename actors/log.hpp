#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace ariadne {

enum class log_level { debug, info, warning, error };

/// What a line of the log is about, for programs that read it: see `to_text`. docs/operations.md says when each comes.
enum class log_event : std::uint8_t {
  // The node.
  in_service,
  caught_up,
  port_not_opened,
  child_ended,
  child_restarted,
  signal,
  signal_ignored,
  file_read,
  file_refused,
  restart_needed,
  stopping,
  stopped_early,
  handed_over,
  not_handed_over,
  nobody_takes_over,
  leave_not_told,
  insecure,
  printed_elsewhere,
  lines_lost,
  admin_open,
  admin_exposed,
  admin_failed,
  // Other nodes.
  node_changed,
  node_down,
  node_unreachable,
  node_refused,
  node_forgotten,
  name_claimed,
  name_not_certified,
  link_unsteady,
  was_not_run,
  nodes_discovered,
  discovery_failed,
  few_nodes_met,
  // The replica.
  replication_refused,
  watch_refused,
  clock_doubted,
  clock_believed,
  keys_restamped,
  service_lost,
  service_regained,
  // Its journal.
  journal_opened,
  journal_restored,
  journal_awaited,
  journal_failed,
  journal_regained,
  journal_copied,
  restored_shown,
  // Sessions.
  kind_refused,
  session_started,
  session_moved,
  session_stranded,
  session_lost,
  session_ended,
  session_failed,
  sessions_moving,
  sessions_paused,
  sessions_resumed,
  sessions_gone,
  voters_differ,
  session_frame_refused,
  session_host_changed,
  record_not_written,
  states_kept_apart,
  leave_unheard,
  // Connections.
  connection_refused,
  protocol_not_spoken,
  certificates_reloaded,
  certificates_not_reloaded,
  certificate_expires,
};

/// The last of them.
inline constexpr auto last_log_event = log_event::certificate_expires;

/// The name of the event, as it stands above. It never changes from one version to the next.
std::string_view to_text(log_event event);

/// "debug", "info", "warning" or "error".
std::string_view to_text(log_level level);

/// Takes what an operator should know: one event, one line, without a line break at its end. The actors call it from
/// any thread, also at the same time. It must not throw, and should not block.
using log_sink = std::function<void(log_level, log_event, std::string_view)>;

/// For those who do not want to know.
inline void log_nothing(log_level, log_event, std::string_view) {}

} // namespace ariadne
