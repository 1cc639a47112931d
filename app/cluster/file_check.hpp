#pragma once

#include "app/cluster/restart_order.hpp"
#include "app/process/child_program.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// What stands in a cluster file that is right.
struct checked_file {
  std::string cluster;
  std::vector<node_place> nodes;
};

/// Has a cluster file checked by the program that nodes are to be started with, `ariadne cluster FILE --check`, since
/// that may be another version than this process.
///
/// Its functions throw std::system_error if the system refuses to go along.
class file_check {
public:
  using clock = std::chrono::steady_clock;

  /// `program` is the path of the program `ariadne`.
  file_check(const std::string& program, const std::string& cluster_file, clock::time_point now);
  ~file_check();

  file_check(const file_check&) = delete;
  file_check& operator=(const file_check&) = delete;

  /// Readable when `take_result` is to be called; -1 if it is not to be waited for.
  int output_fd() const {
    return child_.output_fd();
  }

  /// When it has taken too long.
  clock::time_point deadline() const {
    return deadline_;
  }

  /// Nothing as long as the check goes on. The error is what is wrong, as lines without the last newline.
  std::optional<tl::expected<checked_file, std::string>> take_result(clock::time_point now);

private:
  child_program child_;
  clock::time_point deadline_;
  std::vector<std::string> lines_;
};

/// What `ariadne cluster FILE --check` prints of a file that is right, and what is read of that.
std::string to_lines(const checked_file& file);
tl::expected<checked_file, std::string> checked_file_from(const std::vector<std::string>& lines);

} // namespace ariadne
