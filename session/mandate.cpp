#include "session/mandate.hpp"

#include <utility>

namespace ariadne::session {

mandate::mandate(const session_host_options& options, std::uint64_t now_ms)
  : pauses_(options.minority == minority_policy::pause),
    leases_(options.lease, options.self.node, options.configured_nodes), voters_(options.configured_nodes),
    started_ms_(now_ms), is_paused_(pauses_) {}

bool mandate::lapse(std::uint64_t now_ms) {
  if (!pauses_ || is_paused_ || leases_.has_majority(now_ms))
    return false;
  return is_paused_ = true;
}

bool mandate::resume(std::uint64_t now_ms) {
  if (!is_paused_ || !leases_.has_majority(now_ms))
    return false;
  is_paused_ = false;
  return true;
}

bool mandate::has_become_sure() {
  return std::exchange(was_unsure_, is_unsure()) && !was_unsure_;
}

bool mandate::catch_up() {
  return !std::exchange(is_caught_up_, true);
}

bool mandate::is_time_to_ask(std::uint64_t now_ms) {
  return now_ms >= asked_ms_ + leases_.options().lease_ms / 5 && ask_at_once(now_ms);
}

bool mandate::ask_at_once(std::uint64_t now_ms) {
  if (pauses_)
    asked_ms_ = now_ms;
  return pauses_;
}

std::string_view mandate::check_invariants(std::uint64_t now_ms) const {
  if (is_paused_ && !pauses_)
    return "a host is paused that does not need a majority";
  if (pauses_ && is_paused_ == leases_.has_majority(now_ms))
    return "a host is paused though it sees a majority, or is not though it sees none";
  return {};
}

} // namespace ariadne::session
