#include "app/process/standard_streams.hpp"

#include <csignal>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace ariadne {

void open_standard_streams() {
  for (const auto number : {SIGPIPE, SIGXFSZ})
    std::signal(number, SIG_IGN);
  for (const auto fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1)
      continue;
    // The lowest number that is free is this one.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) == -1)
      // There may be no /dev. This can neither be read nor written.
      ::open("/", O_PATH | O_DIRECTORY);
  }
}

bool is_stdin_closed() {
  const auto flags = ::fcntl(STDIN_FILENO, F_GETFL);
  return flags == -1 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_WRONLY;
}

} // namespace ariadne
