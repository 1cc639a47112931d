#include "test/membership_simulation/world.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

namespace {

using namespace ariadne::membership_simulation;

struct result {
  std::uint64_t steps = 0;
  std::optional<violation> failure;
};

result simulate(const scenario& s, std::string* trace = nullptr) {
  result r;
  world simulated{s};
  if (trace)
    simulated.trace_to(*trace);
  try {
    simulated.play();
  } catch (const violation& v) {
    r.failure = v;
  }
  r.steps = simulated.steps();
  return r;
}

} // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 1'000;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> one;
  auto trace = false;
  unsigned jobs = 1;
  std::uint64_t traces_max = 0;
  std::uint64_t failures_max = std::numeric_limits<std::uint64_t>::max();

  CLI::App cli{"Has nodes judge each other over links with bandwidth, delay and loss, freezes and kills them, and "
               "checks who is declared down, and when."};
  cli.add_option("--seeds", seeds, "How many seeds to play")->capture_default_str();
  cli.add_option("--first", first, "The first of them")->capture_default_str();
  cli.add_option("--seed", one, "Play this seed only");
  cli.add_flag("--trace", trace, "Print what happens with that seed");
  cli.add_option("--jobs", jobs, "Threads")->capture_default_str()->check(CLI::Range(1u, 256u));
  cli.add_option("--traces", traces_max, "Print what happens in this many failures")->capture_default_str();
  cli.add_option("--stop-after", failures_max, "Stop after this many failures");
  CLI11_PARSE(cli, argc, argv);

  if (one) {
    first = *one;
    seeds = 1;
  }
  std::atomic<std::uint64_t> next = first;
  std::atomic<std::uint64_t> steps = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::mutex report_mutex;
  const auto started = std::chrono::steady_clock::now();
  const auto run = [&] {
    for (auto seed = next++; seed < first + seeds && failed < failures_max; seed = next++) {
      const auto s = make_scenario(seed);
      const auto r = simulate(s);
      steps += r.steps;
      std::lock_guard lock{report_mutex};
      if ((trace && one) || (r.failure && failed < traces_max)) {
        std::string text;
        simulate(s, &text);
        std::printf("%s\n%s", to_string(s).c_str(), text.c_str());
      }
      if (r.failure) {
        ++failed;
        std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), r.failure->check.c_str(),
                    r.failure->found.c_str());
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < jobs; ++i)
    threads.emplace_back(run);
  for (auto& t : threads)
    t.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%llu seeds, %llu failed (%llu events, %.0f a second)\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(failed.load()), static_cast<unsigned long long>(steps.load()),
              static_cast<double>(steps.load()) / took.count());
  return failed == 0 ? 0 : 1;
}
