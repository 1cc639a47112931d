#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace ariadne {

/// Writes lines to a file descriptor from a thread of its own, so that nobody waits for whoever reads them: a pipe
/// whose reader hangs, a stopped terminal, a slow disk. What does not fit into the queue meanwhile is dropped, and
/// counted.
///
/// Thread-safe, and nothing here throws but the constructor. The descriptor has to stay open as long as the process
/// runs: a thread that is stuck in a write at the end is left behind.
class output_queue {
public:
  /// What is written in the place of lines that have been dropped, as soon as there is room again; nothing if empty.
  using loss_notice = std::function<std::string(std::size_t lines)>;

  struct limits {
    /// Of what waits to be written.
    std::size_t bytes_max = 1u << 20;
    /// For what still waits when the queue goes.
    std::chrono::milliseconds flush_time{1'000};
  };

  /// Throws std::system_error if there can be no thread.
  explicit output_queue(int fd, loss_notice notice = {}) : output_queue(fd, std::move(notice), limits{}) {}
  output_queue(int fd, loss_notice notice, limits bounds);

  /// Waits until everything is written, but no longer than `flush_time`.
  ~output_queue();

  output_queue(const output_queue&) = delete;
  output_queue& operator=(const output_queue&) = delete;

  /// `line` ends with a line break. Never waits for a reader.
  void write(std::string line) noexcept;

private:
  class writer;

  std::shared_ptr<writer> writer_;
};

} // namespace ariadne
