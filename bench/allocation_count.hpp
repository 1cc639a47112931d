#pragma once

#include <cstdint>

namespace ariadne::bench {

/// How often this thread has asked for memory so far. Counted by the program's own `operator new`.
std::uint64_t allocation_count();

} // namespace ariadne::bench
