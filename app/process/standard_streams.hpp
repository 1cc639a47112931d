#pragma once

namespace ariadne {

/// Sees to it that the descriptors 0, 1 and 2 are open, whatever the program was started with, so that nothing else
/// gets their numbers and then the lines of a log. What was closed leads to /dev/null, opened the wrong way round: to
/// read from it, or to write to it, fails with EBADF as it would have without. Ignores SIGPIPE and SIGXFSZ: that nobody
/// reads, or that a file may not grow, is an error of a write. To be called first thing in `main`; never fails.
void open_standard_streams();

/// Whether stdin cannot be read since it was closed when the program started.
bool is_stdin_closed();

} // namespace ariadne
