#pragma once

#include "actors/internal/node_tally.hpp"
#include "actors/session_host.hpp"
#include "session/placement.hpp"
#include "session/session_command.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne {

/// What has happened to the sessions of one host: counts it, logs it, and tells the application.
///
/// Not thread-safe.
class session_events {
public:
  /// A session that has waited longer for another node has not been taken over, as far as that is counted.
  static constexpr std::uint64_t told_takeover_max_ms = 3'600'000;

  /// `hosts` answers the hosts that are up, this one among them. Options and tally have to outlive this.
  session_events(const session_host_options& options, node_tally& tally,
                 std::function<std::vector<session::candidate>()> hosts)
    : options_(options), tally_(tally), hosts_(std::move(hosts)) {}

  /// Returns why the session is left over, if this node drains and it is.
  std::optional<std::string> note(session::host_event& event, std::uint64_t now_ms);

  /// The session has failed, in these words, and starts again from its last checkpoint.
  void note_failure(const session::session_key& key, const std::string& how);

  /// The host of this node is lost, or is back: what is taken over from it is counted with its time.
  void host_lost(const std::string& node, std::uint64_t now_ms);
  void host_back(const std::string& node) {
    lost_at_ms_.erase(node);
  }

  /// Of a session_host_status, what has been counted here.
  const session_host_status& counts() const {
    return counts_;
  }

private:
  /// Of a session: the pattern begins with what it does, and the fields are those besides its kind and id.
  void say(const session::session_key& key, log_level level, log_event as, std::string_view pattern,
           std::initializer_list<log_field> more = {}) const;
  void note_started(const session::host_event& event, std::uint64_t now_ms);
  void note_moved(const session::host_event& event);
  std::optional<std::string> note_stranded(const session::host_event& event);
  void note_lost(const session::host_event& event);

  bool do_all_leave() const;
  std::string why_stranded(const session::host_event& event) const;
  void say_why_no_lease(const session::host_event& event) const;

  const session_host_options& options_;
  node_tally& tally_;
  std::function<std::vector<session::candidate>()> hosts_;
  /// When the hosts of nodes were lost that are not back.
  std::map<std::string, std::uint64_t> lost_at_ms_;
  session_host_status counts_;
};

} // namespace ariadne
