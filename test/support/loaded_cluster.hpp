#pragma once

#include "test/support/cluster_process.hpp"
#include "test/support/session_load.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// Where the nodes of a loaded_cluster run.
enum class placement { on_loopback, on_hosts };

/// Nodes that have found each other, and clients with sessions that stash while the test makes things go wrong. What
/// the clients have seen is judged at the end.
///
/// All functions throw std::runtime_error if what they wait for does not happen.
class loaded_cluster {
public:
  /// Starts the nodes "a", "b", and so on. `settings` are further lines of the cluster file.
  loaded_cluster(placement where, std::size_t nodes, std::size_t sessions, std::string_view settings = {});

  const std::vector<std::string>& nodes() const {
    return nodes_;
  }

  /// Only if the nodes run on hosts.
  virtual_network& network() {
    return *network_;
  }
  cluster_process& processes() {
    return processes_;
  }
  stash_history& history() {
    return history_;
  }
  cluster_client& clients() {
    return clients_;
  }

  /// Lets the sessions stash from now on; `options.nodes` are filled in.
  session_load& begin_load(session_load_options options);

  void start(const std::string& node);

  /// Waits until each of `observers` has declared the node down. Answers how many milliseconds after `since` each did,
  /// as its log says.
  std::vector<double> wait_until_missed(const std::string& node, const std::set<std::string>& observers,
                                        std::chrono::system_clock::time_point since);

  /// The nodes but one.
  std::set<std::string> others(const std::string& node) const;

  /// How often the nodes have declared another one down so far, as their logs say.
  std::size_t nodes_declared_down() const;

  /// Ends the load, waits until the nodes have settled, and reads every session at every running node. Prints as
  /// measured how many sessions are lost, and fails the test if any is, if two nodes differ, or if a read was not
  /// explainable.
  void judge(std::string_view scenario);

private:
  std::optional<std::chrono::system_clock::time_point> missed_at(const std::string& node, const std::string& observer,
                                                                 std::chrono::system_clock::time_point since) const;
  std::size_t count_lost();

  std::vector<std::string> nodes_;
  std::optional<virtual_network> network_;
  cluster_process processes_;
  stash_history history_;
  cluster_client clients_;
  std::optional<session_load> load_;
};

} // namespace ariadne::test
