#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace ariadne::test {

/// What has become of one seed.
struct played_seed {
  /// How much there was to it, in whatever the simulator counts.
  std::uint64_t events = 0;
  /// What was checked, and what was found instead; empty if all was right.
  std::string failure;
};

/// A simulator, to be run from the command line.
struct seed_program {
  /// One sentence for --help.
  std::string description;
  std::uint64_t seeds = 1'000;
  /// Of how many failures the trace is printed, unless the command line says otherwise.
  std::uint64_t traces_max = 0;
  /// Called in several threads at once.
  std::function<played_seed(std::uint64_t seed)> play;
  /// Prints what happens with a seed that has failed, or, for --trace, with any. Not called in two threads at once.
  /// None: there is nothing to be told.
  std::function<void(std::uint64_t seed, bool has_failed)> trace;
};

/// Plays the seeds that the command line asks for, prints each failure in a line "seed 12: what is checked: what was
/// found", and a last line that counts. Returns the exit code: 0 if none has failed.
int run_seeds(int argc, char** argv, const seed_program& program);

} // namespace ariadne::test
