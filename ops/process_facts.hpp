#pragma once

#include <cstdint>

namespace ariadne {

/// What the system says of this process.
struct process_facts {
  /// When it was started, in seconds since the Unix epoch.
  double started_s = 0;
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
  std::uint64_t threads = 0;
};

/// As it is now. What cannot be read is 0.
process_facts facts_of_process();

} // namespace ariadne
