#pragma once

#include "app/cluster/restart_order.hpp"
#include "app/output/exit_code.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ariadne {

/// How the process of a node has ended.
struct node_end {
  /// `failed` for whatever is no exit code of a node, a signal among them.
  exit_code code = exit_code::failed;
  /// In words, as the end of a sentence that begins with the name of the node: "has ended with exit code 1".
  std::string words;
  /// The last lines that it has written, each ended by a newline.
  std::string last_lines = {};
};

struct cluster_keeper_options {
  /// The pause before a node that has crashed is started again; doubled with each crash, up to the maximum.
  std::chrono::milliseconds pause_min{250};
  std::chrono::milliseconds pause_max{30'000};
  /// A node that ends so many times in a row is not started again, ...
  std::size_t crashes_max = 10;
  /// ... and none is if they end so many times, and none of them has ever come up.
  std::size_t first_crashes_max = 6;
  /// A crash after this time begins a new row.
  std::chrono::milliseconds stable_after{60'000};
  /// A node that is restarted and does not come to hold everything within this time ends the rolling restart.
  std::chrono::milliseconds catch_up_timeout{60'000};
};

/// What a cluster_keeper wants to be done.
struct keeper_command {
  enum class what {
    /// Start the process of `node`.
    start,
    /// Ask `node` to stop.
    stop,
    /// Kill `node`.
    kill,
    /// Tell whoever runs the cluster: `text`.
    say,
    /// Tell the requester of the rolling restart: `text`.
    tell,
    /// Tell the requester that the rolling restart is over, with `code`.
    end_restart,
  };

  what action = what::say;
  std::string node = {};
  std::string text = {};
  exit_code code = exit_code::done;

  friend bool operator==(const keeper_command&, const keeper_command&) = default;
};

/// Decides when the nodes of a cluster are started, stopped and started again: all at the beginning; one that has
/// crashed after a pause that grows, until that has happened too often; one after the other in a rolling restart; one
/// after the other when the cluster is stopped.
///
/// A node that ends with `usage`, or for the sake of its journal, is not started again, since it would end again; but
/// for a directory that is in use. One that ends with `done` or `drain_incomplete` unasked has been stopped by somebody
/// else, and is not started again either. A rolling restart starts both.
///
/// Pure: it has neither processes nor a clock.
class cluster_keeper {
public:
  using time_point = std::chrono::steady_clock::time_point;

  cluster_keeper(std::string cluster, const std::vector<node_place>& nodes, cluster_keeper_options options = {});

  /// To be called first.
  void begin(time_point now);

  /// A node says that its port is open.
  void came_up();

  /// The node says that it has caught up with the others.
  void caught_up(const std::string& node, time_point now);

  void ended(const std::string& node, const node_end& end, time_point now);

  /// Somebody asks for a rolling restart, by the nodes of the file as it is now. Answers why it does not begin, in one
  /// sentence without a final stop, or nothing: then the requester is told how it goes on.
  std::optional<std::string> restart(const std::string& cluster, const std::vector<node_place>& nodes, time_point now);

  /// Why no rolling restart can begin now, whatever the file says; nothing if one can.
  std::optional<std::string> reason_not_to_restart() const;

  /// The nodes are stopped, the next one when the former has ended.
  void stop();

  /// All nodes are killed.
  void kill();

  /// Does what is due.
  void tick(time_point now);

  /// When `tick` has to be called next, if nothing else happens before.
  std::optional<time_point> next_tick() const;

  /// What is to be done now, in this order; each command is answered once.
  std::vector<keeper_command> take_commands();

  /// No node runs, and none will.
  bool is_over() const;

  /// `done` if every node has ended so, else `drain_incomplete` if that is the worst, else `failed`.
  exit_code result() const;

private:
  enum class state { running, stopping, waiting, ended };

  struct node {
    node_place place;
    /// Where the process listens that runs or has run last.
    std::string address = {};
    /// The cluster file has it.
    bool is_listed = true;
    state is = state::ended;
    bool has_caught_up = false;
    /// Ends in a row that nobody asked for.
    std::size_t crashes = 0;
    time_point started = {};
    /// When it is started again, if it is waiting.
    time_point due = {};
    exit_code last = exit_code::done;
  };

  struct rolling_restart {
    /// By name; the first one is restarted now.
    std::list<std::string> order;
    time_point begun = {};
    bool is_starting = false;
    time_point deadline = {};
    exit_code result = exit_code::done;
  };

  node* find(const std::string& name);
  const node* find(const std::string& name) const;
  void start(node& started, time_point now);
  void stop(node& stopped);
  void forget(const node& gone);
  void ended_alone(node& ended, bool was_asked, time_point now);
  void crashed(node& ended, time_point now);
  void stop_next();

  void restart_next(time_point now);
  void start_free(time_point now);
  void await_current(time_point now);
  void restarting_ended(node& ended, const node_end& end, bool had_caught_up, time_point now);
  void break_off(const std::string& reason);
  void end_restart();
  std::vector<replaced_node> replaced_by(const std::vector<node_place>& wanted) const;

  void say(std::string text);
  void tell(std::string text);

  std::string cluster_;
  cluster_keeper_options options_;
  /// In the order of the file.
  std::list<node> nodes_;
  std::optional<rolling_restart> restart_;
  std::vector<keeper_command> commands_;
  bool is_stopping_ = false;
  bool has_any_come_up_ = false;
};

} // namespace ariadne
