#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

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

/// A value of an event, by its name in snake_case: a number, a truth, or a text as it stands in the message. Does not
/// own the texts.
struct log_field {
  using value_type = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  constexpr log_field(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  constexpr log_field(std::string_view field_name, Number number) : name(field_name), value(to_value(number)) {}

  std::string_view name;
  value_type value;

private:
  template <class Number>
  static constexpr value_type to_value(Number number) {
    if constexpr (std::same_as<Number, bool>)
      return number;
    else if constexpr (std::floating_point<Number>)
      return static_cast<double>(number);
    else if constexpr (std::unsigned_integral<Number>)
      return std::uint64_t{number};
    else
      return std::int64_t{number};
  }
};

/// One event, for as long as it is handed over: it owns nothing.
class log_entry {
public:
  /// `{name}` in the pattern stands for the value of that field; all else stands for itself.
  log_entry(log_level is, log_event of, std::string_view pattern, std::span<const log_field> with)
    : level(is), event(of), fields(with), pattern_(pattern) {}
  log_entry(log_level is, log_event of, std::string_view pattern, std::initializer_list<log_field> with = {})
    : log_entry(is, of, pattern, std::span{with.begin(), with.size()}) {}

  log_level level;
  log_event event;
  /// What the message is made of, and what else is known, for programs. docs/operations.md lists the names.
  std::span<const log_field> fields;

  /// A sentence without a final stop, and without a line break at its end. Made anew each time, so that nobody pays for
  /// what is not written.
  std::string message() const;

private:
  std::string_view pattern_;
};

/// Takes what an operator should know. The actors call it from any thread, also at the same time. It must not throw,
/// and should not block.
using log_sink = std::function<void(const log_entry&)>;

/// For those who do not want to know.
inline void log_nothing(const log_entry&) {}

} // namespace ariadne
