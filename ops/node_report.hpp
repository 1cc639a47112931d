#pragma once

#include "actors/internal/storage_messages.hpp"
#include "actors/member_messages.hpp"
#include "actors/session_messages.hpp"
#include "actors/settings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// What `ariadne status` shows of a node.
struct node_report {
  node_status status;
  /// As the node sees them, itself among them.
  std::vector<member_status> members;
  /// Nothing if the node hosts no sessions.
  std::optional<session_host_status> hosting;
  /// The node and those that it is connected to show each other certificates.
  bool is_secured = false;
  /// When its certificate, or an authority of it, is valid no more. Known within its process alone.
  std::optional<std::chrono::system_clock::time_point> certificate_expires = {};
  /// Nothing if the node keeps no journal.
  std::optional<storage_status> storage = {};
  /// What need not stand in its cluster file; nothing of a node that does not tell.
  std::vector<setting> settings = {};
};

/// For people: several lines.
std::string to_table(const node_report& report);

/// For programs.
nlohmann::json to_json(const node_report& report);

/// How a replica id is shown.
std::string replica_text(std::uint64_t replica);

/// How an event is shown.
std::string event_text(const event_id& event);

/// What has happened, for people and for programs: "stashed", "node down".
const char* to_text(handoff_event_kind kind);
nlohmann::json to_json(const handoff_event& event);

const char* to_text(member_state state);

} // namespace ariadne
