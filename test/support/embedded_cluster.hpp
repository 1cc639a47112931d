#pragma once

#include "actors/caf_edition.hpp"
#include "actors/supervisor.hpp"
#include "test/support/node_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ariadne::test {

struct embedded_cluster_options {
  std::vector<std::string> nodes;
  /// Makes the configuration of a node's actor system, for each of its starts. By default it has Ariadne's message
  /// types alone.
  std::function<std::unique_ptr<caf::actor_system_config>()> make_config = {};
  /// Completes the options of a node before each of its starts: its services, its limits.
  std::function<void(const std::string& node, supervisor_options& options)> complete = {};
};

/// A cluster whose nodes are in this process, each in an actor system of its own, and speak to each other over the
/// loopback interface. Quick to start, and open to a debugger; but no node of it can be frozen, and all die together.
/// All of them end with this object.
///
/// All functions throw std::runtime_error if what they wait for does not happen.
class embedded_cluster {
public:
  /// Starts no node yet.
  explicit embedded_cluster(embedded_cluster_options options);
  ~embedded_cluster();

  embedded_cluster(const embedded_cluster&) = delete;
  embedded_cluster& operator=(const embedded_cluster&) = delete;

  /// Starts a node that does not run, and waits until it is in service.
  void start(const std::string& node);

  /// Stops a node gracefully: its services stash and stop, it hands over all that it holds, and leaves.
  drain_report stop(const std::string& node);

  /// Ends a node without a word to the others, who learn of it by the end of their connections. What it has not
  /// replicated is lost.
  void crash(const std::string& node);

  bool running(const std::string& node) const;

  /// Waits until the running nodes see each other, and nobody else, as up, and each has all that the others have: in
  /// every topology, and whether or not the other nodes have ever run.
  void settle();

  /// A connection to a node that runs, as a client has it. It is kept until the node ends.
  node_client& client(const std::string& node);

  /// The actor system of a node that runs.
  caf::actor_system& system(const std::string& node);

  /// The handoff actor of a node that runs.
  state_handoff_actor handoff(const std::string& node);

  /// The actor that is registered at a node that runs under this name: one of its services, say.
  template <class Handle>
  Handle actor(const std::string& node, const std::string& name) {
    auto found = registered<Handle>(system(node), name);
    if (!found)
      throw std::runtime_error("node " + node + " has no actor " + name);
    return found;
  }

  const endpoint& address(const std::string& node) const;

private:
  struct life;
  struct node;

  node& find(const std::string& name) const;
  life& find_running(const std::string& name) const;

  embedded_cluster_options options_;
  std::map<std::string, std::unique_ptr<node>> nodes_;
};

} // namespace ariadne::test
