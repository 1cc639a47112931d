#pragma once

#include "membership/heartbeat_options.hpp"
#include "membership/instant.hpp"

namespace ariadne::membership {

/// Sees that this process was not run for a while: it was frozen, or its machine was suspended. What it knows of others
/// is old then, and what has come in since may be old as well.
///
/// A machine whose clock stands still while it is not run, as that of a paused virtual one may, is told by the time of
/// day: that is put right afterwards, and jumps ahead.
class run_watch {
public:
  using duration = node_clock::duration;

  /// `pause_max`: no pause between two calls of `look` is longer as long as the process runs.
  run_watch(duration pause_max, const clock_reading& now) : pause_max_(pause_max), last_(now) {}

  /// To be called before anything is judged or answered, and at least as often as `pause_max` says. Returns how long
  /// the process was not run since the last call, about; 0 if it was.
  duration look(const clock_reading& now);

  /// How much of the time up to the last call `node_clock` has not counted, by the time of day.
  duration unseen() const {
    return unseen_;
  }

private:
  duration pause_max_;
  duration unseen_{};
  clock_reading last_;
};

/// How long a node that gives its heartbeats may pause: less than others take to miss it, so that one who was missed
/// knows why.
run_watch::duration pause_max(const heartbeat_options& options);

} // namespace ariadne::membership
