#pragma once

#include <sys/types.h>

namespace ariadne {

/// A signal, as it has arrived at this process.
struct arrived_signal {
  /// SIGTERM, SIGINT, SIGHUP or SIGQUIT.
  int number = 0;
  /// A terminal has sent it, by Ctrl-C say, and no process.
  bool is_typed = false;
  /// Who has sent it; 0 if that is the kernel, or a process that is not to be seen from here.
  pid_t sender = 0;
};

/// What a process that stops gracefully makes of the signals that ask it to.
///
/// A service manager signals all processes of a service, and a process that runs others passes the signal on: many
/// requests may mean one stop. So only somebody at the terminal can be impatient, by a second Ctrl-C. SIGQUIT always
/// means an end at once.
class stop_requests {
public:
  enum class answer {
    /// The graceful stop begins.
    stop,
    /// It is going on already.
    go_on,
    /// The process ends at once.
    break_off,
    /// The hang-up of a terminal that the process does not have.
    ignore,
  };

  /// `has_terminal`: the process has been started with a controlling terminal, whose end SIGHUP tells.
  explicit stop_requests(bool has_terminal) : has_terminal_(has_terminal) {}

  answer arrived(const arrived_signal& signal);

private:
  bool has_terminal_;
  bool is_stopping_ = false;
  bool was_typed_ = false;
};

} // namespace ariadne
