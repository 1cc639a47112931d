#pragma once

#include "membership/heartbeat_monitor.hpp"
#include "membership/instant.hpp"
#include "membership/link_activity.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ariadne::membership {

/// What one heartbeat says. Times are the sender's, but for the echo, which is the receiver's.
struct beat {
  std::uint64_t sent_us = 0;
  /// When the last heartbeat that has come in here was sent; 0 if none has.
  std::uint64_t echo_us = 0;
  /// How long ago it came in.
  std::uint64_t echo_age_us = 0;
};

/// What this node hears of another one: whether that is alive while it is up, and how far away it is.
class signs_of_life {
public:
  /// The node is up: from now on it has to show that it is alive.
  void begin(const heartbeat_options& options, instant now);
  /// It is not up any more.
  void end();

  bool are_expected() const {
    return monitor_.has_value();
  }

  /// The heartbeat to send to it.
  beat next(instant now) const;

  // While signs of life are expected.

  void heard(const beat& sign, instant now);
  /// What the connection to it has carried.
  void seen(const link_activity& activity);
  heartbeat_monitor& monitor() {
    return *monitor_;
  }
  const heartbeat_monitor& monitor() const {
    return *monitor_;
  }

  // What has come of it.

  /// When the last heartbeat was sent of which this one has said that it had it. Whatever else comes in may have been
  /// sent long ago, and waited for this process to be run.
  instant last_answered() const {
    return answered_;
  }
  /// Unknown: 0.
  std::chrono::microseconds round_trip() const {
    return round_trip_;
  }
  /// When it was last heard of, if it ever was.
  std::optional<instant> last_heard() const;

private:
  std::optional<heartbeat_monitor> monitor_;
  /// Once it is not up any more.
  std::optional<instant> last_heard_;
  beat last_;
  instant last_came_;
  instant answered_;
  /// As of the last look at the connection, if there has been one.
  std::optional<link_activity> seen_;
  node_clock::duration tolerance_{};
  std::chrono::microseconds round_trip_{};
};

} // namespace ariadne::membership
