#pragma once

#include "app/file_descriptor.hpp"
#include "app/output_queue.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace ariadne {

/// One node of a cluster, as a child process of this one: `ariadne node --cluster FILE --name NAME`. What it writes
/// goes on to a queue for stdout, each line behind the name of the node, in its printable form. It does not outlive
/// this process, whatever ends that.
///
/// Its functions throw std::system_error if the system refuses to go along.
class node_process {
public:
  /// `program` is the path of the program `ariadne`. Starts the node.
  node_process(std::string program, std::string cluster_file, std::string name, output_queue& out);

  /// Starts the node anew. Precondition: it has ended, and its output as well.
  void start();

  const std::string& name() const {
    return name_;
  }

  /// Readable when there is output; -1 after its end.
  int output_fd() const {
    return output_.get();
  }

  bool is_running() const {
    return pid_ != -1;
  }

  bool has_ended() const {
    return !is_running() && output_fd() == -1;
  }

  /// Whether it has said since its start that it has caught up with the others.
  bool has_caught_up() const {
    return has_caught_up_;
  }

  /// Asks the node to stop, once: a second request would make it break off.
  void stop();

  void kill();

  /// Passes on what the node has written, line by line.
  void forward_output();

  /// Answers the wait status if the node has ended since the last call.
  std::optional<int> take_end();

private:
  /// In the child: runs the program anew, as a node.
  [[noreturn]] void become_node(pid_t parent, int output) const;
  void print_lines();
  void note(std::string_view line);

  std::string program_;
  std::string cluster_file_;
  std::string name_;
  output_queue& out_;
  pid_t pid_ = -1;
  bool is_stopping_ = false;
  bool has_caught_up_ = false;
  file_descriptor output_{-1};
  std::string pending_line_;
};

} // namespace ariadne
