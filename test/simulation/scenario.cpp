#include "test/simulation/scenario.hpp"

namespace ariadne::simulation {

scenario make_scenario(std::uint64_t seed) {
  random_source random{seed};
  scenario s;
  s.seed = seed;
  s.slots = random.between(2, slots_max);
  s.slots_at_start = random.chance(50) ? s.slots : random.between(1, s.slots);
  s.operations = random.between(1'000, 1'500);
  s.keys = random.pick<std::size_t>({1, 2, 3, 8, 40, 200});
  s.value_bytes_max = random.pick<std::size_t>({0, 10, 100});
  s.map_bytes_max = random.chance(10) ? 300 : std::size_t{1} << 30;

  s.part_bytes = random.pick<std::size_t>({1, 60, 300, 64 << 10});
  s.window_bytes = random.pick<std::size_t>({1, 200, 1'000, 4 << 20});
  s.work_registers_max = random.pick<std::size_t>({4, 30, 4096});
  s.forward_after_ms = random.pick<std::uint64_t>({0, 100, 500});
  s.answer_within_ms = random.pick<std::uint64_t>({300, 2'000, 10'000});
  s.heartbeat_every_ms = random.pick<std::uint64_t>({100, 1'000});

  s.hostile_links = random.chance(35);
  if (s.hostile_links) {
    s.loss_percent = random.pick<std::uint64_t>({0, 2, 10, 40});
    s.repeat_percent = random.pick<std::uint64_t>({0, 5, 20});
  }

  s.erase_percent = random.pick<std::uint64_t>({5, 30, 50});
  s.expiry_percent = random.pick<std::uint64_t>({0, 0, 20});
  s.broken_clocks = random.chance(20);
  s.clock_patience_ms = random.pick<std::uint64_t>({2'000, 300'000});
  s.straggler_patience_ms = random.pick<std::uint64_t>({3'000, 600'000});
  s.skew_ms_max = random.pick<std::uint64_t>({0, 100, 10'000});
  s.step_ms_max = random.pick<std::uint64_t>({1, 20, 100});

  s.crashes = random.chance(50);
  s.partitions = random.chance(50);
  s.members_differ = random.chance(50);

  s.first_topology = pick_topology(random);
  s.last_topology = pick_topology(random);
  s.heal_with_new_links = random.chance(50);
  s.heal_restarts = random.chance(50);
  s.falls_silent = s.last_topology == topology::mesh && random.chance(30);
  s.ends_with_orphans = s.crashes && random.chance(50);
  s.ends_with_torn_state = s.crashes && !s.ends_with_orphans && random.chance(50);
  if (s.ends_with_torn_state) {
    // The full state comes in several parts, and few new links make good what they have left wrong.
    s.keys = random.pick<std::size_t>({2, 3, 8});
    s.part_bytes = random.pick<std::size_t>({1, 60});
    s.last_topology = random.pick({topology::line, topology::ring});
    s.falls_silent = false;
    s.heal_with_new_links = false;
  }
  // From a source of its own, so that a seed goes on to mean what it has meant.
  random_source more{seed ^ 0x7069'6563'6573};
  s.large_value_bytes = more.pick<std::size_t>({0, 8, 50, 16 << 10});
  s.old_neighbours = more.chance(15);
  random_source disks{seed ^ 0x6469'736b};
  s.journals = disks.chance(40);
  s.journals_synced = disks.chance(70);
  s.disk_faults = disks.chance(50);
  s.disk_patience_ms = disks.pick<std::uint64_t>({2'000, 20'000, 3'600'000});
  s.disk_patience_registers = disks.pick<std::uint64_t>({5, 100'000});
  // What happens to all replicas at once is a crash of each.
  s.crashes = s.crashes || s.journals;
  return s;
}

std::string to_string(const scenario& s) {
  auto number = [](std::uint64_t n) { return std::to_string(n); };
  std::string text = number(s.slots) + " replicas, " + number(s.keys) + " keys, parts of " + number(s.part_bytes)
                     + " bytes in a window of " + number(s.window_bytes) + ", forward after "
                     + number(s.forward_after_ms) + " ms, answer within " + number(s.answer_within_ms) + " ms";
  if (s.hostile_links)
    text += ", links that lose " + number(s.loss_percent) + " % and repeat " + number(s.repeat_percent) + " %";
  text += ", values of up to " + number(s.value_bytes_max) + " bytes, large beyond " + number(s.large_value_bytes);
  if (s.old_neighbours)
    text += ", some old neighbours";
  if (s.journals)
    text += std::string{", journals"} + (s.journals_synced ? " that are synced" : "")
            + (s.disk_faults ? " on bad disks" : "");
  if (s.broken_clocks)
    text += ", broken clocks";
  if (s.skew_ms_max > 0)
    text += ", clocks wrong by up to " + number(s.skew_ms_max) + " ms";
  return text + ", heals to a " + to_string(s.last_topology) + (s.heal_with_new_links ? " of new links" : "")
         + (s.falls_silent ? ", most of which fall silent" : "")
         + (s.ends_with_orphans      ? ", after a death in the middle of a batch"
            : s.ends_with_torn_state ? ", after a full state that breaks off"
                                     : "");
}

} // namespace ariadne::simulation
