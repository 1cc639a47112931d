#pragma once

#include "test/support/child_process.hpp"
#include "test/support/node_client.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/virtual_network.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ariadne::test {

/// A cluster of real nodes: each an operating-system process of the program `ariadne`, with a cluster file written for
/// this cluster alone. All of them end with this object; if the test has failed, their logs are printed.
///
/// All functions throw std::runtime_error if what they wait for does not happen.
class cluster_process {
public:
  /// Writes the cluster file, and starts no node yet. `settings` are further lines of its `[cluster]` table. Each node
  /// runs on the host of its name in `network`, if there is one, else on the loopback interface.
  explicit cluster_process(const std::vector<std::string>& nodes, std::string_view settings = {},
                           virtual_network* network = nullptr);
  ~cluster_process();

  cluster_process(const cluster_process&) = delete;
  cluster_process& operator=(const cluster_process&) = delete;

  /// Starts a node that does not run, with this cluster's file or another one, and waits until it says it is ready.
  void start(const std::string& node);
  void start(const std::string& node, const std::filesystem::path& file);

  /// Stops a node gracefully. Returns its exit code.
  int stop(const std::string& node);

  /// Sends a signal to a node's process.
  void signal(const std::string& node, int number);

  /// Waits until a node has ended by itself or by a signal. Returns its exit code, see child_process::wait.
  int wait(const std::string& node);

  /// Kills a node as a power failure would.
  void kill(const std::string& node);

  bool running(const std::string& node);

  /// Waits until the running nodes see each other, and nobody else, as up, and have caught up with each other.
  void settle();

  /// Runs the program as a client of a node: `ariadne ARGUMENTS --node ADDRESS`.
  run_result run(const std::string& node, std::vector<std::string> arguments, std::string_view input = {});

  /// Connects this process to a node as a client. The connection is kept until the node ends.
  node_client& client(const std::string& node);

  const std::string& host(const std::string& node) const;
  std::uint16_t port(const std::string& node) const;

  pid_t pid(const std::string& node) const;

  /// The memory of a node's process that is not swapped out.
  std::size_t resident_bytes(const std::string& node) const;
  const std::filesystem::path& file() const {
    return file_;
  }

  /// All that the node has logged, in all its lives.
  std::string log(const std::string& node) const;

private:
  struct node_process;

  const node_process& find(const std::string& node) const;
  node_process& find(const std::string& node);
  bool settled();

  virtual_network* network_;
  temporary_directory directory_;
  std::filesystem::path file_;
  std::map<std::string, std::unique_ptr<node_process>> nodes_;
};

/// Runs the program to its end.
run_result run_ariadne(std::vector<std::string> arguments, std::string_view input = {});

} // namespace ariadne::test
