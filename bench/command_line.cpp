#include "bench/command_line.hpp"

#include <CLI/CLI.hpp>

#include <sstream>

namespace ariadne::bench {

tl::expected<bench_command, bench_usage> parse_bench_command(int argc, const char* const* argv) {
  bench_command command;
  CLI::App app{"Measures what Ariadne does, and beside each figure the floor below it, in the same run"};
  app.add_option("--rows", command.rows, "Only these rows, by the name of the row or of its group")
    ->delimiter(',')
    ->type_name("A,B");
  app.add_flag("--quick", command.quick, "Fewer rounds of less, and no large clusters; under a minute");
  app.add_option("--rounds", command.rounds, "How many rounds to measure")
    ->check(CLI::Range(1u, 1000u))
    ->type_name("N");
  app
    .add_option("--json", command.json_file, "Write the results to this file, too; - is stdout, in place of the table")
    ->type_name("FILE");
  app.add_flag("--list", command.list, "Show the rows, and measure nothing");
  app.footer("Targets that are missed do not change the exit code: 0 done, 1 a row could not be measured, 2 usage.");
  try {
    app.parse(argc, argv);
    return command;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      return tl::unexpected(
        bench_usage{2, "ariadne_bench: " + std::string{error.what()} + "; see ariadne_bench --help\n"});
    std::ostringstream out;
    app.exit(error, out, out);
    return tl::unexpected(bench_usage{0, out.str()});
  }
}

} // namespace ariadne::bench
