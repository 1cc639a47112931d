#include "test/session_simulation/scenario.hpp"

#include "test/simulation/random_source.hpp"

namespace ariadne::session_simulation {

namespace {

/// Even what a simulated session says is long then. A window has room for what a node says in some round trips.
void cut_messages(scenario& s, simulation::random_source& random) {
  s.pieces_version = s.deploys ? random.pick<std::uint32_t>({1, 2}) : 1;
  s.pieces.whole_bytes_max = random.pick<std::size_t>({0, 10, 30});
  s.pieces.window.window_bytes_min = s.network_ms_max * random.pick<std::size_t>({10, 100});
  s.pieces.window.window_bytes_max = 10 * s.pieces.window.window_bytes_min;
  s.pieces.window.piece_bytes_min = s.pieces.window.piece_bytes_max = random.pick<std::size_t>({3, 10, 25});
  s.pieces.open_max = random.pick<std::size_t>({1, 3, 256});
  s.pieces.open_bytes_max = random.pick<std::size_t>({1, 100, 10'000});
}

void add_disks(scenario& s, simulation::random_source& random) {
  s.disks = true;
  s.disks_synced = random.chance(60);
  s.commit_ms_max = random.pick({2, 20, 200, 500});
  s.cold_start_ms = random.between(500, 2'000);
  s.blackouts = random.chance(80);
  if (s.blackouts) {
    // So that there is time for something to run between two of them.
    s.duration_ms += 10'000;
    s.troubles_ms_min = 500;
    s.troubles_ms_max = 3'000;
    if (random.chance(60))
      s.partitions = s.freezes = s.crashes = s.map_restarts = s.drains = false;
  }
  // A record has to get onto the disks of a majority within the lease, and the others have to hear of it.
  s.lease.lease_ms += s.commit_ms_max;
  s.lease.guard_ms += s.commit_ms_max / 10;
}

} // namespace

scenario make_scenario(std::uint64_t seed) {
  simulation::random_source random{seed};
  scenario s;
  s.seed = seed;
  s.nodes = random.between(2, 5);
  s.sessions = random.between(1, 12);
  s.duration_ms = random.between(2'000, 8'000);
  if (random.chance(50))
    s.minority = session::minority_policy::pause;
  s.network_ms_max = random.pick({2, 5, 5, 150});
  s.map_ms_max = random.chance(50) ? s.network_ms_max : 250;
  // A record has to come to others, and the answer back, within the lease; a claim and its answer within the guard.
  s.lease.lease_ms = random.between(400, 1'500) + s.map_ms_max;
  s.lease.guard_ms = 60 + s.lease.lease_ms / 10 + 2 * s.network_ms_max;
  s.talk_percent = random.pick({50, 90});
  s.rate_permille_max = random.pick({0, 10, 20});
  s.rebalance_max = random.chance(50) ? random.between(1, 3) : 0;
  s.drain_max = random.between(1, 8);
  s.drains = random.chance(70);
  s.deploys = random.chance(60);
  s.cordons = random.chance(40);
  s.stops = random.chance(50);
  if (random.chance(70)) {
    s.crashes = random.chance(60);
    s.partitions = random.chance(60);
    s.freezes = random.chance(30);
    s.failures = random.chance(30);
    s.map_restarts = random.chance(20);
  }
  // So that there is time to see what a partition comes to.
  if (s.partitions && random.chance(30)) {
    s.troubles_ms_min = 2'000;
    s.troubles_ms_max = 6'000;
    s.duration_ms += 10'000;
  }
  s.step_sessions_max = random.pick<std::size_t>({1, 2, 5, 128});
  if (random.chance(60))
    cut_messages(s, random);
  if (random.chance(30))
    add_disks(s, random);
  s.voters_change = !s.is_gentle() && !s.disks && random.chance(40);
  s.disk_faults = s.disks && s.nodes > 2 && random.chance(40);
  s.faulty_disk = random.below(s.nodes);
  return s;
}

std::string to_string(const scenario& s) {
  auto flag = [](bool is_set, const char* name) { return is_set ? std::string{", "} + name : std::string{}; };
  return "seed " + std::to_string(s.seed) + ": " + std::to_string(s.nodes) + " nodes, " + std::to_string(s.sessions)
         + " sessions, " + std::to_string(s.duration_ms) + " ms"
         + flag(s.minority == session::minority_policy::pause, "minority pauses") + ", lease "
         + std::to_string(s.lease.lease_ms) + "+" + std::to_string(s.lease.guard_ms) + ", clocks "
         + std::to_string(s.rate_permille_max) + " permille, network " + std::to_string(s.network_ms_max) + " ms, map "
         + std::to_string(s.map_ms_max) + " ms" + flag(s.rebalance_max > 0, "rebalance") + flag(s.drains, "drains")
         + flag(s.deploys, "deploys") + flag(s.cordons, "cordons") + flag(s.crashes, "crashes")
         + flag(s.partitions, "partitions") + flag(s.freezes, "freezes") + flag(s.failures, "failures")
         + flag(s.map_restarts, "map restarts") + flag(s.stops, "stops") + flag(s.voters_change, "voters change")
         + (s.disks ? ", " + std::string{s.disks_synced ? "synced" : "written"} + " disks, a step each "
                        + std::to_string(s.commit_ms_max) + " ms, cold for " + std::to_string(s.cold_start_ms) + " ms"
                    : std::string{})
         + flag(s.blackouts, "blackouts")
         + (s.disk_faults ? ", disk " + std::to_string(s.faulty_disk) + " at fault" : std::string{})
         + flag(s.troubles_ms_min > 1'000, "troubles far apart") + ", steps of " + std::to_string(s.step_sessions_max)
         + flag(s.pieces.window.piece_bytes_max < 1'000, "pieces");
}

} // namespace ariadne::session_simulation
