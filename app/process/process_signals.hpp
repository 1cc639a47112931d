#pragma once

#include "app/process/file_descriptor.hpp"
#include "app/process/stop_requests.hpp"

#include <optional>

namespace ariadne {

/// Whether a process that is a child of this one has ended is told as well.
enum class child_signals { untold, told };

/// The signals that ask this process to stop, read from a file descriptor instead of interrupting anything. SIGHUP is
/// not among them if whoever has started the process wants it to be ignored, as nohup does.
///
/// To be made before other threads are started, since it blocks the signals for all of them, and for processes that are
/// started later: a node that is told to stop before it has come up stops as soon as it reads its signals.
class process_signals {
public:
  /// Throws std::system_error.
  explicit process_signals(child_signals children = child_signals::untold);

  /// Readable when a signal has arrived.
  int fd() const {
    return fd_.get();
  }

  /// The next one that has arrived and asks for a stop, if there is one; forgets what has been told of children. Does
  /// not block.
  std::optional<arrived_signal> take() const;

private:
  file_descriptor fd_{-1};
};

/// Whether this process has a controlling terminal.
bool has_terminal();

/// Lets the signal do what it does by default, and has it come: the process ends.
[[noreturn]] void end_by_signal(int number);

/// Has the signals that ask for a stop wait until `process_signals` are read. To be called first of all: what arrives
/// before ends the process.
void block_stop_signals();

/// Has the signals that ask for a stop arrive, also if whoever has started this process has blocked them.
void unblock_stop_signals();

} // namespace ariadne
