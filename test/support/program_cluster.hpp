#pragma once

#include "actors/endpoint.hpp"
#include "test/support/child_process.hpp"
#include "test/support/node_client.hpp"

#include <sys/types.h>

#include <filesystem>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::test {

/// How a node of a cluster is run.
struct node_program {
  /// The path of the program, then its arguments.
  std::vector<std::string> command;
  /// Where its membership actor is published.
  endpoint address;
  /// What the program writes to stdout once it is ready.
  std::string ready = "ready";
  /// The descriptor of the network namespace in which it runs, if that is another one than this process's.
  int network_namespace = -1;
};

/// A cluster whose nodes are programs, each an operating-system process of its own: they can be stopped, killed and
/// frozen as in production. All of them end with this object; if that is because of an exception, their logs are
/// printed.
///
/// All functions throw std::runtime_error if what they wait for does not happen.
class program_cluster {
public:
  program_cluster();
  ~program_cluster();

  program_cluster(const program_cluster&) = delete;
  program_cluster& operator=(const program_cluster&) = delete;

  /// Makes a node known, or changes how it is run from its next start on.
  void add(const std::string& node, node_program program);

  /// Starts a node that does not run, and waits until it says it is ready.
  void start(const std::string& node);

  /// Stops a node gracefully, by SIGTERM. Returns its exit code.
  int stop(const std::string& node);

  /// Sends a signal to a node's process.
  void signal(const std::string& node, int number);

  /// Waits until a node has ended by itself or by a signal. Returns its exit code, see child_process::wait.
  int wait(const std::string& node);

  /// Kills a node as a power failure would.
  void kill(const std::string& node);

  bool running(const std::string& node);

  /// Waits until the running nodes see each other, and nobody else, as up, and each has all that the others have: in
  /// every topology, and whether or not the other nodes have ever run.
  void settle();

  /// Connects this process to a node as a client. The connection is kept until the node ends.
  node_client& client(const std::string& node);

  const std::string& host(const std::string& node) const;
  std::uint16_t port(const std::string& node) const;

  pid_t pid(const std::string& node) const;

  /// What the node has written to stdout since its last start.
  std::string output(const std::string& node) const;

  /// All that the node has written to stderr, in all its lives.
  std::string log(const std::string& node) const;

  /// The logs of all nodes, each under a line with its name.
  void print_logs(std::ostream& out) const;

  /// Goes with this object.
  const std::filesystem::path& directory() const {
    return directory_.path();
  }

private:
  struct node;

  const node& find(const std::string& name) const;
  node& find(const std::string& name);

  temporary_directory directory_;
  std::map<std::string, std::unique_ptr<node>> nodes_;
};

} // namespace ariadne::test
