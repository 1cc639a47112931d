#include "test/membership_simulation/scenario.hpp"

#include "test/simulation/random_source.hpp"

#include <algorithm>

namespace ariadne::membership_simulation {

namespace {

/// The seeds without journals are what they were before there were any.
void draw_journals(scenario& s) {
  simulation::random_source random{s.seed ^ 0x10a1};
  if (random.chance(50))
    return;
  s.journals = random.chance(60) ? s.nodes : random.between(1, s.nodes);
  s.are_journals_added = random.chance(40);
}

} // namespace

scenario make_scenario(std::uint64_t seed) {
  simulation::random_source random{seed};
  scenario s;
  s.seed = seed;
  s.listed = random.between(2, 4);
  s.is_discovered = seed % 4 == 3;
  s.nodes = s.listed + (random.chance(50) ? random.between(1, 2) : 0);
  draw_journals(s);
  s.duration_ms = random.between(10'000, 40'000);
  // 1 Mbit/s to 1 Gbit/s.
  s.bytes_per_second = random.pick<std::uint64_t>({125'000, 1'250'000, 6'250'000, 125'000'000});
  s.delay_ms = random.pick<std::uint64_t>({0, 1, 20, 200});
  s.loss_permille = random.chance(30) ? random.pick<std::uint64_t>({1, 20}) : 0;
  // Up to 15 seconds of the link.
  s.bulk_bytes_max =
    random.chance(60) ? random.between(1, std::min<std::uint64_t>(s.bytes_per_second * 15, 16 << 20)) : 0;
  s.forget_after_ms = random.pick<std::uint64_t>({20'000, 60'000, 3'600'000});
  // A third of the seeds has no trouble but what its links are.
  if (random.chance(33))
    return s;
  s.freezes = random.chance(50);
  s.suspends = random.chance(30);
  s.pauses = random.chance(30);
  s.kills = random.chance(30);
  s.cuts = random.chance(30);
  s.breaks = random.chance(20);
  s.leaves = random.chance(30);
  s.departs = random.chance(50);
  s.forgets = random.chance(30);
  if (s.breaks)
    s.duration_ms += 120'000;
  return s;
}

std::string to_string(const scenario& s) {
  const auto flag = [](bool is_set, const char* name) { return is_set ? std::string{" "} + name : std::string{}; };
  return "seed " + std::to_string(s.seed) + ": " + std::to_string(s.nodes) + " nodes, " + std::to_string(s.listed)
         + (s.is_discovered ? " of them discovered, for " : " of them listed, for ") + std::to_string(s.duration_ms)
         + " ms, forgotten after " + std::to_string(s.forget_after_ms) + " ms; links of "
         + std::to_string(s.bytes_per_second) + " bytes/s, " + std::to_string(s.delay_ms) + " ms, loss "
         + std::to_string(s.loss_permille) + " per mille, bulk up to " + std::to_string(s.bulk_bytes_max) + " bytes;"
         + flag(s.freezes, "freezes") + flag(s.suspends, "suspends") + flag(s.pauses, "pauses") + flag(s.kills, "kills")
         + flag(s.cuts, "cuts") + flag(s.breaks, "breaks") + flag(s.leaves, "leaves") + flag(s.departs, "departs")
         + flag(s.forgets, "forgets")
         + (s.journals > 0 ? " " + std::to_string(s.journals) + " journals" : std::string{})
         + flag(s.are_journals_added, "added");
}

} // namespace ariadne::membership_simulation
