#pragma once

#include "app/process/file_descriptor.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ariadne {

/// A program that runs as a child of this process, in a process group of its own, so that what is typed at the terminal
/// reaches this process alone. What it writes to stdout and stderr is read line by line. When this process goes,
/// whatever the reason, it gets SIGTERM.
///
/// Its functions throw std::system_error if the system refuses to go along.
class child_program {
public:
  /// Starts `command`: the path of the program, then its arguments. Precondition: it does not run.
  void start(const std::vector<std::string>& command);

  bool is_running() const {
    return pid_ != -1;
  }

  /// Readable when there is output; -1 after its end.
  int output_fd() const {
    return output_.get();
  }

  /// Does nothing if it does not run.
  void signal(int number) const;

  /// The lines that it has written since the last call, at most some 100,000 bytes. A line that is longer than
  /// `line_bytes_max` comes in parts.
  std::vector<std::string> take_lines();

  /// Answers the wait status if it has ended since the last call. From then on `take_lines` answers the rest, and -1 is
  /// its descriptor once it has.
  std::optional<int> take_end();

  static constexpr std::size_t line_bytes_max = std::size_t{64} << 10;

private:
  /// In the child: system calls only.
  [[noreturn]] static void become(char* const* arguments, pid_t parent, int output);
  /// Answers whether there may be more.
  bool read_chunk();

  pid_t pid_ = -1;
  file_descriptor output_{-1};
  std::string pending_;
};

} // namespace ariadne
