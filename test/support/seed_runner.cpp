#include "test/support/seed_runner.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::test {

namespace {

unsigned long long printable(std::uint64_t number) {
  return number;
}

} // namespace

int run_seeds(int argc, char** argv, const seed_program& program) {
  auto seeds = program.seeds;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> one;
  auto trace = false;
  auto twice = false;
  unsigned jobs = 1;
  auto traces_max = program.traces_max;
  auto failures_max = std::numeric_limits<std::uint64_t>::max();

  CLI::App cli{program.description};
  cli.add_option("--seeds", seeds, "How many seeds to play")->capture_default_str();
  cli.add_option("--first", first, "The first of them")->capture_default_str();
  cli.add_option("--seed", one, "Play this seed only");
  cli.add_flag("--trace", trace, "Print all that happens with that seed, even if nothing fails");
  cli.add_flag("--twice", twice, "Play each seed twice: it fails if the second time is not as the first");
  cli.add_option("--jobs", jobs, "Threads")->capture_default_str()->check(CLI::Range(1u, 256u));
  cli.add_option("--traces", traces_max, "Print what happens in this many failures")->capture_default_str();
  cli.add_option("--stop-after", failures_max, "Stop after this many failures");
  CLI11_PARSE(cli, argc, argv);

  if (one) {
    first = *one;
    seeds = 1;
  }
  if (one && trace && program.trace)
    program.trace(*one, false);

  std::atomic<std::uint64_t> next = first;
  std::atomic<std::uint64_t> events = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::mutex report_mutex;
  const auto started = std::chrono::steady_clock::now();
  const auto run = [&] {
    for (auto seed = next++; seed < first + seeds && failed < failures_max; seed = next++) {
      auto played = program.play(seed);
      events += played.events;
      if (const auto again = twice && played.failure.empty() ? program.play(seed).events : played.events;
          again != played.events)
        played.failure = "a seed is played again as it was: " + std::to_string(played.events) + " events, and then "
                         + std::to_string(again);
      if (played.failure.empty())
        continue;
      std::lock_guard lock{report_mutex};
      std::printf("seed %llu: %s\n", printable(seed), played.failure.c_str());
      if (failed++ < traces_max && program.trace)
        program.trace(seed, true);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < jobs; ++i)
    threads.emplace_back(run);
  for (auto& t : threads)
    t.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%llu seeds, %llu failed (%llu events, %.0f a second)\n", printable(seeds), printable(failed),
              printable(events), static_cast<double>(events) / took.count());
  return failed == 0 ? 0 : 1;
}

} // namespace ariadne::test
