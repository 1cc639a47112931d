#include "test/simulation/ending.hpp"
#include "test/simulation/generator.hpp"
#include "test/simulation/shrink.hpp"
#include "test/simulation/world.hpp"
#include "test/support/seed_runner.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

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

/// The whole schedule of a seed.
void trace(const scenario& s) {
  std::string text;
  replay(s, simulate(s).schedule, &text);
  std::printf("%s\n%s", to_string(s).c_str(), text.c_str());
}

/// What is left of a schedule that fails when it has been shrunk.
void trace_shrunk(const scenario& s) {
  const auto failed = simulate(s);
  const auto schedule = shrink(s, failed.schedule, *failed.failure);
  std::string text;
  const auto found = replay(s, schedule, &text);
  std::printf("%s\nshrunk from %zu to %zu operations:\n%s%s: %s\n", to_string(s).c_str(), failed.schedule.size(),
              schedule.size(), text.c_str(), found->check.c_str(), found->found.c_str());
}

} // namespace

int main(int argc, char** argv) {
  return ariadne::test::run_seeds(
    argc, argv,
    {.description = "Plays random schedules against the replication core, and checks its invariants after every step.",
     .traces_max = 1,
     .play =
       [](std::uint64_t seed) {
         const auto result = simulate(make_scenario(seed));
         return ariadne::test::played_seed{
           result.played, result.failure ? result.failure->check + ": " + result.failure->found : std::string{}};
       },
     .trace =
       [](std::uint64_t seed, bool has_failed) {
         const auto s = make_scenario(seed);
         has_failed ? trace_shrunk(s) : trace(s);
       }});
}
