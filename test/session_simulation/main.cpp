#include "crdt/invariant.hpp"
#include "test/session_simulation/cluster.hpp"
#include "test/support/seed_runner.hpp"

#include <cstdio>
#include <string>

namespace {

using namespace ariadne::session_simulation;

ariadne::test::played_seed play(const scenario& s, std::string* trace = nullptr) {
  ariadne::test::played_seed result;
  cluster simulated{s};
  if (trace)
    simulated.trace_to(*trace);
  try {
    simulated.play();
  } catch (const violation& v) {
    result.failure = v.check + ": " + v.found;
  } catch (const ariadne::crdt::broken_invariant& broken) {
    result.failure = broken.what();
  }
  result.events = simulated.steps();
  return result;
}

void trace(const scenario& s) {
  std::string text;
  const auto played = play(s, &text);
  std::printf("%s\n%s%s\n", to_string(s).c_str(), text.c_str(), played.failure.c_str());
}

} // namespace

int main(int argc, char** argv) {
  return ariadne::test::run_seeds(
    argc, argv,
    {.description =
       "Plays random schedules against the hosts of sessions, and checks what they promise after every step.",
     .play = [](std::uint64_t seed) { return play(make_scenario(seed)); },
     .trace = [](std::uint64_t seed, bool) { trace(make_scenario(seed)); }});
}
