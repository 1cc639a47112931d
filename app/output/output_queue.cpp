#include "app/output/output_queue.hpp"

#include "app/output/write_all.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace ariadne {

namespace {

/// A thread that this one starts inherits which signals are blocked: all of them, so that they reach those who wait for
/// them; and a stopped or lost terminal, or a reader that has gone, is an error of a write, not a signal.
class all_signals_blocked {
public:
  all_signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }

  ~all_signals_blocked() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  all_signals_blocked(const all_signals_blocked&) = delete;
  all_signals_blocked& operator=(const all_signals_blocked&) = delete;

private:
  sigset_t before_;
};

/// What a line costs beside its bytes.
constexpr std::size_t line_overhead = 64;

} // namespace

/// Shared with the thread, which may outlive the queue.
class output_queue::writer {
public:
  writer(int fd, loss_notice notice, limits bounds) : fd_(fd), notice_(std::move(notice)), bounds_(bounds) {}

  void push(std::string line) {
    const std::lock_guard lock{mutex_};
    const auto bytes = line.size() + line_overhead;
    if (waiting_bytes_ + bytes > bounds_.bytes_max) {
      ++lost_;
      return;
    }
    waiting_bytes_ += bytes;
    waiting_.push_back({std::move(line), std::exchange(lost_, 0)});
    changed_.notify_all();
  }

  void flush() {
    std::unique_lock lock{mutex_};
    is_ending_ = true;
    changed_.notify_all();
    is_abandoned_ = !changed_.wait_for(lock, bounds_.flush_time, [&] { return has_ended_; });
  }

  /// In the thread, until everything is written after the beginning of a flush.
  void run() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [&] { return is_ending_ || has_work(); });
      if (!has_work())
        break;
      const auto next = take();
      lock.unlock();
      const auto unwritten = put(next);
      lock.lock();
      is_failing_ = unwritten > 0;
      (waiting_.empty() ? lost_ : waiting_.front().lost_before) += unwritten;
    }
    has_ended_ = true;
    changed_.notify_all();
  }

private:
  struct entry {
    /// Empty if it stands for the lost lines alone.
    std::string line;
    /// How many lines have been dropped before this one.
    std::size_t lost_before = 0;
  };

  /// While writes fail, losses are not worth one of their own.
  bool has_work() const {
    return !is_abandoned_ && (!waiting_.empty() || (lost_ > 0 && !is_failing_));
  }

  entry take() {
    if (waiting_.empty())
      return {{}, std::exchange(lost_, 0)};
    auto result = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= result.line.size() + line_overhead;
    return result;
  }

  /// Answers how many lines are lost.
  std::size_t put(const entry& next) const {
    const std::size_t lines = next.line.empty() ? 0 : 1;
    if (next.lost_before > 0 && notice_ && write_all(fd_, notice_(next.lost_before)))
      return next.lost_before + lines;
    return write_all(fd_, next.line) ? lines : 0;
  }

  const int fd_;
  const loss_notice notice_;
  const limits bounds_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<entry> waiting_;
  std::size_t waiting_bytes_ = 0;
  /// Since the last of what waits.
  std::size_t lost_ = 0;
  bool is_failing_ = false;
  bool is_ending_ = false;
  bool has_ended_ = false;
  bool is_abandoned_ = false;
};

output_queue::output_queue(int fd, loss_notice notice, limits bounds)
  : writer_(std::make_shared<writer>(fd, std::move(notice), bounds)) {
  const all_signals_blocked blocked;
  std::thread{[shared = writer_] { shared->run(); }}.detach();
}

output_queue::~output_queue() {
  writer_->flush();
}

void output_queue::write(std::string line) noexcept {
  writer_->push(std::move(line));
}

} // namespace ariadne
