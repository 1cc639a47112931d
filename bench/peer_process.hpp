#pragma once

#include "test/support/child_process.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::bench {

/// Another process that takes part in a measurement. It is killed, if it still runs, when this object goes.
class peer_process {
public:
  /// Starts `command`: a program of the folder of this one, then its arguments. Throws std::system_error.
  explicit peer_process(std::vector<std::string> command);
  ~peer_process();

  peer_process(const peer_process&) = delete;
  peer_process& operator=(const peer_process&) = delete;

  /// The next line of its standard output that contains `text`. Throws std::runtime_error if it ends before, or does
  /// not write one for a minute.
  std::string wait_for_line(std::string_view text);

  void signal(int number) {
    process_->signal(number);
  }

private:
  test::temporary_directory directory_;
  int output_ = -1;
  std::string pending_;
  std::unique_ptr<test::child_process> process_;
};

} // namespace ariadne::bench
