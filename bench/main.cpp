#include "bench/admin_rows.hpp"
#include "bench/cluster_rows.hpp"
#include "bench/command_line.hpp"
#include "bench/core_rows.hpp"
#include "bench/floor_server.hpp"
#include "bench/load_rows.hpp"
#include "bench/node_rows.hpp"
#include "bench/result.hpp"
#include "bench/storage_rows.hpp"
#include "bench/tls_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace ariadne::bench {

namespace {

std::vector<row> all_rows() {
  std::vector<row> rows;
  auto add = [&](std::vector<row> more) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(core_rows());
  add(overhead_rows());
  add(node_rows());
  add(cluster_rows());
  add(core_scaling_rows());
  add(memory_scaling_rows());
  add(scaling_rows());
  add(load_rows());
  add(admin_rows());
  add(tls_rows());
  add(storage_rows());
  return rows;
}

/// The rows that are asked for. Throws std::runtime_error for a name that is none.
std::vector<row> choose(std::vector<row> rows, const bench_command& command) {
  if (command.rows.empty()) {
    std::erase_if(rows, [&](const row& r) { return command.quick && !r.quick; });
    return rows;
  }
  std::set<std::string> unknown{command.rows.begin(), command.rows.end()};
  const auto wanted = unknown;
  for (const auto& r : rows) {
    unknown.erase(r.name);
    unknown.erase(r.group);
  }
  if (!unknown.empty())
    throw std::runtime_error("there is no row or group " + *unknown.begin() + "; --list shows them");
  std::erase_if(rows, [&](const row& r) { return !wanted.contains(r.name) && !wanted.contains(r.group); });
  return rows;
}

/// Shows on stderr what is being measured: in one line that is written over where people look, else a line for each
/// row.
class progress_line {
public:
  void begin(const row& r, std::size_t number, std::size_t count) {
    head_ = fmt::format("[{}/{}] {}", number, count, r.name);
    if (!is_terminal_)
      fmt::print(stderr, "{}: {}\n", head_, r.what);
  }
  void show(const std::string& text) {
    if (is_terminal_)
      fmt::print(stderr, "\r\033[K{}: {}", head_, text);
  }
  void end() {
    if (is_terminal_)
      fmt::print(stderr, "\r\033[K");
  }

private:
  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  std::string head_;
};

void write(const std::string& file, const std::string& text) {
  if (!(std::ofstream{file} << text << std::flush))
    throw std::runtime_error("cannot write " + file);
}

int run(const bench_command& command) {
  const auto rows = choose(all_rows(), command);
  if (command.list) {
    for (const auto& r : rows)
      fmt::print("{:<28} {:<10} {}{}\n", r.name, r.group, r.what, r.quick ? "" : " (not with --quick)");
    return 0;
  }
  // A mistyped name is better told before an hour of measuring than after.
  if (!command.json_file.empty() && command.json_file != "-")
    write(command.json_file, "[]\n");

  const effort effort{.rounds = command.rounds.value_or(command.quick ? 3 : 7), .quick = command.quick};
  std::vector<result> results;
  auto exit_code = 0;
  progress_line progress;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    progress.begin(rows[i], i + 1, rows.size());
    recorder record{effort, [&](const std::string& text) { progress.show(text); }};
    try {
      rows[i].measure(record);
      results.push_back(evaluate(rows[i], record));
      progress.end();
    } catch (const std::exception& error) {
      progress.end();
      fmt::print(stderr, "ariadne_bench: {} could not be measured: {}\n", rows[i].name, error.what());
      exit_code = 1;
    }
  }
  if (command.json_file == "-")
    fmt::print("{}", to_json(results));
  else
    fmt::print("{}", to_table(results));
  if (!command.json_file.empty() && command.json_file != "-")
    write(command.json_file, to_json(results));
  return exit_code;
}

} // namespace

} // namespace ariadne::bench

int main(int argc, char** argv) {
  using namespace ariadne::bench;
  // The other side of a floor between two processes.
  if (argc >= 2 && std::string_view{argv[1]} == "serve")
    return serve_floor({argv + 2, argv + argc});
  const auto command = parse_bench_command(argc, argv);
  if (!command) {
    std::fputs(command.error().text.c_str(), command.error().exit_code == 0 ? stdout : stderr);
    return command.error().exit_code;
  }
  try {
    return run(*command);
  } catch (const std::exception& error) {
    fmt::print(stderr, "ariadne_bench: {}\n", error.what());
    return 2;
  }
}
