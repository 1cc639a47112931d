#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ariadne::bench {

/// What the program has been asked to measure.
struct bench_command {
  /// Names of rows and of groups; empty for all rows that take part.
  std::vector<std::string> rows;
  bool quick = false;
  std::optional<unsigned> rounds;
  std::string json_file;
  bool list = false;
};

/// Why there is nothing to measure: an exit code, and the text that explains it.
struct bench_usage {
  int exit_code = 0;
  std::string text;
};

tl::expected<bench_command, bench_usage> parse_bench_command(int argc, const char* const* argv);

} // namespace ariadne::bench
