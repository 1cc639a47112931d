#include "actors/internal/session_words.hpp"

#include "crdt/printable_text.hpp"

#include <fmt/format.h>

namespace ariadne {

std::string in_words(const session::session_key& key) {
  return fmt::format("session {}/{}", crdt::escaped_briefly(key.kind), crdt::escaped_briefly(key.id));
}

const char* to_text(session::session_phase phase) {
  switch (phase) {
    case session::session_phase::running:
      return "running";
    case session::session_phase::moving:
      return "moving";
    case session::session_phase::placing:
      return "placing";
    case session::session_phase::stopped:
      return "stopped";
  }
  return "unknown";
}

ec to_code(session::outcome result) {
  switch (result) {
    case session::outcome::done:
    case session::outcome::elsewhere:
    case session::outcome::unknown_session:
      return ec::session_unknown;
    case session::outcome::no_host:
      return ec::no_session_host;
    case session::outcome::queue_full:
      return ec::session_queue_full;
    case session::outcome::timed_out:
      return ec::session_timed_out;
    case session::outcome::unanswered:
      return ec::session_unanswered;
    case session::outcome::draining:
      return ec::draining;
    case session::outcome::invalid_key:
      return ec::session_name_invalid;
    case session::outcome::hosts_draining:
      return ec::session_hosts_draining;
    case session::outcome::hosts_cordoned:
      return ec::session_hosts_cordoned;
    case session::outcome::hosts_paused:
      return ec::session_hosts_paused;
    case session::outcome::hosts_not_ready:
      return ec::session_hosts_not_ready;
    case session::outcome::claim_refused:
      return ec::session_claim_refused;
    case session::outcome::failing:
      return ec::session_failing;
    case session::outcome::not_recorded:
      return ec::session_not_recorded;
  }
  return ec::refused;
}

} // namespace ariadne
