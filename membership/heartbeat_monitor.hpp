#pragma once

#include "membership/heartbeat_options.hpp"
#include "membership/instant.hpp"

#include <chrono>

namespace ariadne::membership {

/// Judges by the heartbeats of one node whether it is still there, and reads what this one sends.
///
/// An accrual failure detector (Hayashibara et al., "The phi accrual failure detector", 2004): the silence that is
/// permitted adapts to the intervals at which the heartbeats have come in, six deviations beyond their mean, which is a
/// phi of 9. It is never less than the tolerance nor more than ten times as much.
class heartbeat_monitor {
public:
  using duration = node_clock::duration;

  heartbeat_monitor(const heartbeat_options& options, instant now);

  /// A heartbeat has come in.
  void heard(instant now);

  /// It says that the node had received the heartbeat that was sent to it at `sent`.
  void answered(instant sent);

  /// Bytes of the node have come in at `then`, which may be part of something that its heartbeats wait behind.
  void received(instant then);

  /// At `then`, its kernel has acknowledged bytes of this node: it is not cut off, and its answers to heartbeats may
  /// wait behind these. That is no sign that the node itself runs.
  void acknowledged(instant then);

  /// So long it takes on this connection until a lost packet is sent again. Twice as long is permitted in addition.
  void set_retransmission_time(duration time);

  /// This process was late by so much: it could not hear anything then.
  void forgive(duration pause, instant now);

  /// Silence before `now` counts no more: this process did not run, for nobody knows how long.
  void begin_anew(instant now);

  /// Whether the node has been silent, or deaf, for half the time that a node may be at least: time to look for other
  /// signs of life.
  bool is_quiet(instant now) const;

  /// Whether the node has been silent for too long, or deaf. `patience`: see `local_health`.
  bool is_silent(instant now, unsigned patience) const;

  instant last_heard() const {
    return heard_;
  }

  /// How long it may be silent.
  duration permitted_silence() const;

private:
  using seconds = std::chrono::duration<double>;

  bool is_silent_for(duration permitted, instant now) const;

  heartbeat_options options_;
  instant heard_;
  instant answered_;
  instant last_heartbeat_;
  /// Silence counts from here on.
  instant began_;
  duration retransmission_time_{};
  /// Of the intervals between heartbeats, with less weight for the older ones.
  seconds mean_;
  double variance_ = 0;
};

} // namespace ariadne::membership
