#pragma once

#include <chrono>

namespace ariadne {

/// How often nodes show each other that they are alive, and how long one may be silent.
struct heartbeat_options {
  std::chrono::milliseconds interval{100};
  /// A node that has been silent for longer is down, unless its heartbeats have been coming in less regularly than
  /// that.
  std::chrono::milliseconds tolerance{500};
};

/// Judges by the heartbeats of one node whether it is still there, and reads what this one sends.
///
/// An accrual failure detector (Hayashibara et al., "The phi accrual failure detector", 2004): the silence that is
/// permitted adapts to the intervals at which the heartbeats have come in, six deviations beyond their mean, which is a
/// phi of 9. It is never less than the tolerance nor more than ten times as much.
class heartbeat_monitor {
public:
  using clock = std::chrono::steady_clock;

  heartbeat_monitor(const heartbeat_options& options, clock::time_point now);

  /// A heartbeat has come in.
  void heard(clock::time_point now);

  /// It says that the node had received the heartbeat that was sent to it at `sent`.
  void answered(clock::time_point sent);

  /// Bytes of the node have come in at `then`, which may be part of something that its heartbeats wait behind.
  void received(clock::time_point then);

  /// At `then`, its kernel has acknowledged bytes of this node: it is not cut off, and its answers to heartbeats may
  /// wait behind these. That is no sign that the node itself runs.
  void acknowledged(clock::time_point then);

  /// So long it takes on this connection until a lost packet is sent again. Twice as long is permitted in addition.
  void set_retransmission_time(clock::duration time);

  /// This process has not run for so long: it could not hear anything then.
  void forgive(clock::duration pause);

  /// Whether the node has been silent, or deaf, for half the time that a node may be at least: time to look for other
  /// signs of life.
  bool is_quiet(clock::time_point now) const;

  /// Whether the node has been silent for too long, or deaf. `patience`: see `local_health`.
  bool is_silent(clock::time_point now, unsigned patience) const;

  clock::time_point last_heard() const {
    return heard_;
  }

  /// How long it may be silent.
  clock::duration permitted_silence() const;

private:
  using seconds = std::chrono::duration<double>;

  bool is_silent_for(clock::duration permitted, clock::time_point now) const;

  heartbeat_options options_;
  clock::time_point heard_;
  clock::time_point answered_;
  clock::time_point last_heartbeat_;
  clock::duration retransmission_time_{};
  /// Of the intervals between heartbeats, with less weight for the older ones.
  seconds mean_;
  double variance_ = 0;
};

/// Judges whether this process itself is late: then it has no right to judge others as quickly (Dadgar et al.,
/// "Lifeguard: local health awareness for more accurate failure detection", 2018).
class local_health {
public:
  using clock = heartbeat_monitor::clock;

  explicit local_health(clock::duration interval) : interval_(interval) {}

  /// To be called every interval. Returns by how much this call is late, if that is worth mentioning, else 0.
  clock::duration tick(clock::time_point now);

  /// By how much to multiply the silence that is permitted to others: 1 as long as all is well, 4 at most.
  unsigned patience() const {
    return 1 + lateness_;
  }

private:
  clock::duration interval_;
  clock::time_point last_{};
  unsigned lateness_ = 0;
};

} // namespace ariadne
