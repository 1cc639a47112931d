#pragma once

#include "session/lease_book.hpp"
#include "session/session_host_options.hpp"
#include "session/voter_agreement.hpp"

#include <cstdint>
#include <string_view>

namespace ariadne::session {

/// Whether this host may run sessions, start some, and grant claims of others, as far as that concerns all sessions
/// alike.
///
/// With the policy `pause` it is **paused** while it has no lease (see lease_book), and **unsure** while it has one
/// that it was not run for the whole of. It grants nothing before it has been up for a lease and a guard: its last
/// incarnation may have promised something. With the policy `run` it is neither, and only has to catch up with the map.
///
/// Not thread-safe. Times are milliseconds of a clock that never goes back.
class mandate {
public:
  mandate(const session_host_options& options, std::uint64_t now_ms);

  bool pauses() const {
    return pauses_;
  }
  bool is_paused() const {
    return is_paused_;
  }
  /// It was not run, and has not been heard of by a majority since.
  bool is_unsure() const {
    return pauses_ && !leases_.is_sure();
  }

  /// Returns whether the host has to pause from now on: its lease has run out.
  bool lapse(std::uint64_t now_ms);
  /// Returns whether it goes on from now on.
  bool resume(std::uint64_t now_ms);
  /// Whether it was unsure when this was last asked, and is not any more.
  bool has_become_sure();

  /// Returns whether it had not been caught up before.
  bool catch_up();
  bool is_caught_up() const {
    return is_caught_up_;
  }
  bool may_start() const {
    return is_caught_up_ && !is_paused_ && !is_unsure();
  }
  bool may_grant(std::uint64_t now_ms) const {
    return !pauses_ || (is_caught_up_ && now_ms >= started_ms_ + start_delay_ms());
  }
  /// How long a host that has just started grants nothing, and a claim of an owner that is not seen has to wait.
  std::uint64_t start_delay_ms() const {
    return pauses_ ? lease_and_guard_ms() : 0;
  }
  std::uint64_t lease_and_guard_ms() const {
    return leases_.options().lease_ms + leases_.options().guard_ms;
  }

  /// Whether it is time to ask the other hosts for leases again; then that counts as done.
  bool is_time_to_ask(std::uint64_t now_ms);
  /// The same at once, if there are leases at all.
  bool ask_at_once(std::uint64_t now_ms);

  lease_book& leases() {
    return leases_;
  }
  const lease_book& leases() const {
    return leases_;
  }

  voter_agreement& voters() {
    return voters_;
  }
  const voter_agreement& voters() const {
    return voters_;
  }

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants(std::uint64_t now_ms) const;

private:
  bool pauses_;
  lease_book leases_;
  voter_agreement voters_;
  std::uint64_t started_ms_;
  std::uint64_t asked_ms_ = 0;
  bool is_caught_up_ = false;
  bool is_paused_;
  bool was_unsure_ = false;
};

} // namespace ariadne::session
