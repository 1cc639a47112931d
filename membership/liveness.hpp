#pragma once

#include "membership/heartbeat_options.hpp"
#include "membership/instant.hpp"
#include "membership/link_activity.hpp"
#include "membership/link_losses.hpp"
#include "membership/local_health.hpp"
#include "membership/run_watch.hpp"
#include "membership/signs_of_life.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Who of the other nodes is alive, who is silent, and whether this node may say so.
//
// A node that is up shows that it is alive by heartbeats, or by bytes on its connection (heartbeat_monitor). One that
// is silent for too long is down.
//
// A node *awaits* others when it has not had the time to hear of them: those of the cluster file when it starts, and
// all that were up when it finds that it was not run for a while (run_watch). It was missed then, and others have
// closed their connections; and what comes in at first may have been sent long ago. An awaited node is not down,
// whatever happens to its connection, until it is certain that it is not there or the time is up: a tolerance, by this
// node's patience. It is awaited no more once it has answered something that was sent to it since, or introduces
// itself.
//
// A state machine without I/O. To be told of all in the order in which it happens; `look` comes first each time.

namespace ariadne::membership {

class liveness {
public:
  using duration = node_clock::duration;

  /// What is to be done when it is time for heartbeats.
  struct round {
    std::vector<std::pair<std::string, beat>> beats;
    /// Their connections are to be looked at.
    std::vector<std::string> quiet;
    /// Once their connections have been looked at, they are to be judged.
    std::vector<std::string> suspects;
    /// They were awaited, and are so no more.
    std::vector<std::string> overdue;
    /// Those of them that were in doubt: they are down.
    std::vector<std::string> down;
    /// Their links broke again and again, and have not done so for a while.
    std::vector<std::string> steady;
  };

  enum class loss {
    /// It was not up.
    none,
    /// It is down.
    down,
    /// It was awaited, and goes on being so: nobody is to be told that it is down.
    in_doubt,
  };

  liveness(const heartbeat_options& options, const clock_reading& now);

  // -- this node -----------------------------------------------------------------------------------------------------

  /// To be called first whenever something happens. Returns for how long this process was not run, if that has just
  /// been found: then all that are up are awaited. Else 0.
  duration look(const clock_reading& now);

  /// It is time for heartbeats, as it is every interval.
  round tick(instant now);

  // -- other nodes ---------------------------------------------------------------------------------------------------

  /// This node has just started, and `node` may be up.
  void await(const std::string& node);

  /// The node has introduced itself, by a new connection. `incarnation`: of its state; 0 if it has none. While others
  /// are awaited, it is so, too, until it has answered a heartbeat: the introduction may be an old one.
  void up(const std::string& node, std::uint64_t incarnation, instant now);

  /// Its connection is lost.
  loss lost(const std::string& node, instant now);

  /// It has left, or it is certain that it is not there: it is awaited no more.
  void gone(const std::string& node);

  void forget(const std::string& node);

  void heard(const std::string& node, const beat& sign, instant now);

  /// What its connection has carried.
  void seen(const std::string& node, const link_activity& activity);

  /// Whether a suspect, whose connection has been looked at since, is still silent.
  bool is_silent(const std::string& node, instant now) const;

  // -- what is known -------------------------------------------------------------------------------------------------

  /// Of whom anything is known.
  std::vector<std::string> names() const;
  /// Whether it is up: its signs of life are expected.
  bool is_up(const std::string& node) const;
  bool is_awaited(const std::string& node) const;
  /// It was up when this process was found not to have run, and has lost its connection since.
  bool is_in_doubt(const std::string& node) const;
  /// Unknown: 0.
  std::chrono::microseconds round_trip(const std::string& node) const;
  /// If it ever was.
  std::optional<instant> last_heard(const std::string& node) const;
  /// Null if it has never been up.
  link_losses* losses(const std::string& node);

private:
  struct neighbour {
    signs_of_life signs;
    link_losses losses;
    std::uint64_t incarnation = 0;
    bool is_awaited = false;
    bool is_in_doubt = false;

    void await_no_more() {
      is_awaited = false;
      is_in_doubt = false;
    }
  };

  const neighbour* find(const std::string& node) const;
  bool is_waiting_over(instant now) const;

  heartbeat_options options_;
  run_watch watch_;
  local_health health_;
  /// When this node has started, or has last found that it was not run.
  instant woke_;
  /// How long it awaits others since: a tolerance, by the greatest patience that it has had in that time.
  duration wait_;
  std::map<std::string, neighbour> neighbours_;
};

} // namespace ariadne::membership
