#pragma once

#include "test/support/program_cluster.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/virtual_network.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// A cluster of real nodes: each an operating-system process of the program `ariadne`, with a cluster file written for
/// this cluster alone. All of them end with this object; if the test has failed, their logs are printed.
///
/// All functions throw std::runtime_error if what they wait for does not happen.
class cluster_process : public program_cluster {
public:
  /// Writes the cluster file, and starts no node yet. `settings` are further lines of its `[cluster]` table. Each node
  /// runs on the host of its name in `network`, if there is one, else on the loopback interface.
  explicit cluster_process(const std::vector<std::string>& nodes, std::string_view settings = {},
                           virtual_network* network = nullptr);
  ~cluster_process();

  using program_cluster::start;

  /// Starts a node with another cluster file than this cluster's.
  void start(const std::string& node, const std::filesystem::path& file);

  /// Another build of the program runs the node from its next start on.
  void install(const std::string& node, const std::string& program);

  /// Runs the program as a client of a node: `ariadne ARGUMENTS --node ADDRESS`.
  run_result run(const std::string& node, std::vector<std::string> arguments, std::string_view input = {});

  /// The descriptors that a node's process has open.
  std::size_t open_descriptors(const std::string& node) const;

  /// The memory of a node's process that is not swapped out.
  std::size_t resident_bytes(const std::string& node) const;

  /// The most of that since the process was started.
  std::size_t peak_bytes(const std::string& node) const;

  const std::filesystem::path& file() const {
    return file_;
  }

private:
  node_program program_of(const std::string& node, const std::filesystem::path& file) const;

  virtual_network* network_;
  /// By node, on the loopback interface alone: a host of its own has all ports for itself.
  std::map<std::string, reserved_port> reserved_;
  std::filesystem::path file_;
};

/// Runs the program to its end.
run_result run_ariadne(std::vector<std::string> arguments, std::string_view input = {});

} // namespace ariadne::test
