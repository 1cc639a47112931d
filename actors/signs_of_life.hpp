#pragma once

#include "actors/heartbeat_monitor.hpp"
#include "actors/network/link_activity.hpp"
#include "actors/protocol.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ariadne {

/// What this node hears of another one: whether that is alive while it is up, and how far away it is.
class signs_of_life {
public:
  using clock = heartbeat_monitor::clock;

  /// The node is up: from now on it has to show that it is alive.
  void begin(const heartbeat_options& options, clock::time_point now);
  /// It is not up any more.
  void end();

  bool are_expected() const {
    return monitor_.has_value();
  }

  /// The heartbeat to send to it.
  heartbeat next(clock::time_point now) const;

  // While signs of life are expected.

  void heard(const heartbeat& sign, clock::time_point now);
  /// What the connection to it has carried.
  void seen(const link_activity& activity);
  heartbeat_monitor& monitor() {
    return *monitor_;
  }

  // What has come of it.

  /// Unknown: 0.
  std::chrono::microseconds round_trip() const {
    return round_trip_;
  }
  /// When it was last heard of, if it ever was.
  std::optional<clock::time_point> last_heard() const;

private:
  std::optional<heartbeat_monitor> monitor_;
  /// Once it is not up any more.
  std::optional<clock::time_point> last_heard_;
  heartbeat last_;
  clock::time_point last_came_;
  /// As of the last look at the connection, if there has been one.
  std::optional<link_activity> seen_;
  clock::duration tolerance_{};
  std::chrono::microseconds round_trip_{};
};

} // namespace ariadne
