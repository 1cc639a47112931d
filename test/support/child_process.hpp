#pragma once

#include "test/support/eventually.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::test {

/// A program that runs as a child of the test. It is killed, if it still runs, when this object goes, and when the
/// test process goes, whatever the reason.
class child_process {
public:
  /// Files for the standard streams; output is appended.
  struct streams {
    std::filesystem::path in = "/dev/null";
    std::filesystem::path out;
    std::filesystem::path err;
  };

  /// Starts `command`: the path of the program, then its arguments; in a network namespace, if that is the descriptor
  /// of one. Throws std::system_error.
  child_process(const std::vector<std::string>& command, const streams& files, int network_namespace = -1);
  ~child_process();

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  bool running();

  pid_t pid() const {
    return pid_;
  }

  /// Does nothing if the program has ended.
  void signal(int number);

  /// Waits for the end of the program. Returns its exit code, or 128 plus the number of the signal that ended it;
  /// nothing if it still runs after `timeout`.
  std::optional<int> wait(std::chrono::steady_clock::duration timeout = patience);

private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// What a program has left behind that has run to its end.
struct run_result {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs `command` to its end, with `input` on its stdin, in a network namespace if one is given. Throws
/// std::runtime_error if it does not end.
run_result run_to_end(const std::vector<std::string>& command, std::string_view input = {}, int network_namespace = -1);

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);

/// A new directory that goes with this object.
class temporary_directory {
public:
  temporary_directory();
  ~temporary_directory();

  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace ariadne::test
