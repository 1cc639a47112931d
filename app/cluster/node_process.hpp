#pragma once

#include "app/output/output_queue.hpp"
#include "app/process/child_program.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne {

/// One node of a cluster, as a child process of this one: `ariadne node --cluster FILE --name NAME`. What it writes
/// goes on to a queue for stdout, each line behind the name of the node, in its printable form. When this process goes,
/// the node stops gracefully.
///
/// Its functions throw std::system_error if the system refuses to go along.
class node_process {
public:
  /// `program` is the path of the program `ariadne`.
  node_process(std::string program, std::string cluster_file, std::string name, output_queue& out);

  /// Starts the node. Precondition: it does not run.
  void start();

  const std::string& name() const {
    return name_;
  }

  /// Readable when there is output; -1 after its end.
  int output_fd() const {
    return child_.output_fd();
  }

  /// Whether it has said since its start that its port is open, or that it has caught up with the others.
  bool has_come_up() const {
    return has_come_up_;
  }
  bool has_caught_up() const {
    return has_caught_up_;
  }

  /// Asks the node to stop, once.
  void stop();

  void kill();

  /// Passes on what the node has written, line by line.
  void forward_output();

  /// Answers the wait status if the node has ended since the last call; then all of its output has been passed on.
  std::optional<int> take_end();

  /// What it has written last since its start, each line ended by a newline.
  std::string last_lines() const;

private:
  void note(const std::string& line);

  std::string program_;
  std::string cluster_file_;
  std::string name_;
  output_queue& out_;
  child_program child_;
  bool is_stopping_ = false;
  bool has_come_up_ = false;
  bool has_caught_up_ = false;
  std::deque<std::string> last_lines_;
};

} // namespace ariadne
