#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

namespace ariadne::test {

/// The most memory that a process has had until now. Nothing, if it has ended, or is not (yet) the program `ariadne`:
/// until it is, a child has the memory of the process that it was forked from.
std::optional<std::size_t> peak_bytes_of(pid_t process);

} // namespace ariadne::test
