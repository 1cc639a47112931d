#pragma once

#include "test/support/child_process.hpp"
#include "test/support/cluster_process.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::test {

/// `ariadne cluster FILE`, with a file written for it alone, on the loopback interface. It is killed with this object,
/// and its nodes end then.
class cluster_command {
public:
  /// Waits until all nodes have caught up. `prefix` is put before the command: the program that is to run it.
  explicit cluster_command(std::vector<std::string> nodes, std::vector<std::string> prefix = {});

  const std::vector<std::string>& names() const {
    return names_;
  }
  std::string file() const {
    return described_.file().string();
  }
  std::uint16_t port(const std::string& node) const {
    return described_.port(node);
  }

  /// What it, and all its nodes, have written to stdout, and what it has said itself.
  std::string output() const;
  std::string said() const;

  child_process& process() {
    return *process_;
  }

  /// The processes of its nodes.
  std::vector<pid_t> node_processes() const;

  /// How often nodes have said so far that they have caught up.
  std::size_t caught_up_count() const;

  /// Runs the program as a client of a node.
  run_result run(const std::string& node, std::vector<std::string> arguments, std::string_view input = {}) const;

private:
  std::vector<std::string> names_;
  /// Has the file and the ports; its nodes are those of the command.
  cluster_process described_;
  temporary_directory directory_;
  std::unique_ptr<child_process> process_;
};

} // namespace ariadne::test
