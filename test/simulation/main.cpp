#include "test/simulation/ending.hpp"
#include "test/simulation/generator.hpp"
#include "test/simulation/shrink.hpp"
#include "test/simulation/world.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <mutex>
#include <thread>

namespace {

using namespace ariadne::simulation;

struct outcome {
  std::vector<operation> schedule;
  /// Operations played, with those of the end.
  std::uint64_t played = 0;
  std::optional<violation> failure;
};

outcome simulate(const scenario& s) {
  outcome result;
  world w{s};
  try {
    generator g{s};
    while (const auto o = g.next(w)) {
      result.schedule.push_back(*o);
      w.play(*o);
    }
    end(w);
  } catch (const violation& v) {
    result.failure = v;
  }
  result.played = w.played();
  return result;
}

void report(const scenario& s, const outcome& failed, bool with_trace) {
  std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(s.seed), failed.failure->check.c_str(),
              failed.failure->found.c_str());
  if (!with_trace)
    return;
  auto schedule = shrink(s, failed.schedule, *failed.failure);
  std::string trace;
  auto found = replay(s, schedule, &trace);
  std::printf("%s\nshrunk from %zu to %zu operations:\n%s%s: %s\n", to_string(s).c_str(), failed.schedule.size(),
              schedule.size(), trace.c_str(), found->check.c_str(), found->found.c_str());
}

} // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 1'000;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> one;
  auto trace = false;
  unsigned jobs = 1;
  std::uint64_t traces_max = 1;
  std::uint64_t failures_max = std::numeric_limits<std::uint64_t>::max();

  CLI::App cli{"Plays random schedules against the replication core, and checks its invariants after every step."};
  cli.add_option("--seeds", seeds, "How many seeds to play")->capture_default_str();
  cli.add_option("--first", first, "The first of them")->capture_default_str();
  cli.add_option("--seed", one, "Play this seed only");
  cli.add_flag("--trace", trace, "Print the whole schedule of that seed, not shrunk, even if nothing fails");
  cli.add_option("--jobs", jobs, "Threads")->capture_default_str()->check(CLI::Range(1u, 256u));
  cli.add_option("--traces", traces_max, "Print shrunk traces of this many failures")->capture_default_str();
  cli.add_option("--stop-after", failures_max, "Stop after this many failures");
  CLI11_PARSE(cli, argc, argv);

  if (one) {
    first = *one;
    seeds = 1;
  }
  if (one && trace) {
    auto s = make_scenario(*one);
    std::string text;
    replay(s, simulate(s).schedule, &text);
    std::printf("%s\n%s", to_string(s).c_str(), text.c_str());
  }

  std::atomic<std::uint64_t> next = first;
  std::atomic<std::uint64_t> operations = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::mutex report_mutex;
  auto started = std::chrono::steady_clock::now();
  auto run = [&] {
    for (auto seed = next++; seed < first + seeds && failed < failures_max; seed = next++) {
      auto s = make_scenario(seed);
      auto result = simulate(s);
      operations += result.played;
      if (result.failure) {
        std::lock_guard lock{report_mutex};
        report(s, result, failed++ < traces_max);
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < jobs; ++i)
    threads.emplace_back(run);
  for (auto& t : threads)
    t.join();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%llu seeds, %llu failed (%llu events, %.0f a second)\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(failed.load()), static_cast<unsigned long long>(operations.load()),
              static_cast<double>(operations.load()) / took.count());
  return failed == 0 ? 0 : 1;
}
