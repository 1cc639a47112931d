#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace ariadne::test {

/// A pipe that takes little before somebody has to read it. Both ends are closed with this object.
class pipe_ends {
public:
  static constexpr int bytes_max = 4096;

  pipe_ends() {
    if (::pipe2(ends_.data(), O_CLOEXEC) == -1 || ::fcntl(ends_[1], F_SETPIPE_SZ, bytes_max) == -1)
      throw std::system_error(errno, std::generic_category(), "pipe");
  }

  ~pipe_ends() {
    close_reader();
    close_writer();
  }

  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  int writer() const {
    return ends_[1];
  }

  /// The next line, without its end; empty at the end of the pipe. Waits for it.
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(ends_[0], &c, 1) == 1 && c != '\n';)
      line += c;
    return line;
  }

  void close_reader() {
    close(ends_[0]);
  }

  void close_writer() {
    close(ends_[1]);
  }

private:
  static void close(int& fd) {
    if (fd != -1)
      ::close(std::exchange(fd, -1));
  }

  std::array<int, 2> ends_{-1, -1};
};

} // namespace ariadne::test
