#include "bench/peer_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace ariadne::bench {

peer_process::peer_process(std::vector<std::string> command) {
  const auto pipe = directory_.path() / "out";
  // Open for both directions, it can be opened before there is anyone at the other end.
  if (mkfifo(pipe.c_str(), 0600) != 0 || (output_ = open(pipe.c_str(), O_RDWR | O_CLOEXEC)) < 0)
    throw std::system_error(errno, std::generic_category(), pipe.string());
  command.front() = std::filesystem::read_symlink("/proc/self/exe").parent_path() / command.front();
  process_ = std::make_unique<test::child_process>(
    command, test::child_process::streams{.out = pipe, .err = directory_.path() / "err"});
}

peer_process::~peer_process() {
  process_.reset();
  close(output_);
}

std::string peer_process::wait_for_line(std::string_view text) {
  constexpr std::chrono::minutes patience{1};
  constexpr int poll_ms = 100;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
      auto line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      if (line.find(text) != std::string::npos)
        return line;
    }
    pollfd readable{output_, POLLIN, 0};
    if (poll(&readable, 1, poll_ms) > 0) {
      char buffer[4096];
      if (const auto count = read(output_, buffer, sizeof(buffer)); count > 0)
        pending_.append(buffer, static_cast<std::size_t>(count));
    } else if (!process_->running() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("a process ends or is silent before it says '" + std::string{text}
                               + "': " + test::read_file(directory_.path() / "err"));
    }
  }
}

} // namespace ariadne::bench
