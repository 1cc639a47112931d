#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace ariadne {

/// How many files and connections a command has to be able to open.
struct descriptor_need {
  std::size_t least;
  /// And so many for each node of the cluster file.
  std::size_t for_each_node = 0;
};

/// Lets this process open as many files and connections as the system permits it (the hard limit), rather than as many
/// as it usually opens (the soft one). If that fails, the limit stays as it is.
void raise_descriptor_limit();

/// Answers nothing if this process can open so many files and connections beside those that it has open; else why not,
/// one sentence. To be asked before an actor system is made: CAF ends the process, or prints lines of its own, where it
/// cannot open what it needs to begin with.
std::optional<std::string> find_lack_of_descriptors(std::size_t count);

} // namespace ariadne
