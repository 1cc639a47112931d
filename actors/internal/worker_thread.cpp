#include "actors/internal/worker_thread.hpp"

namespace ariadne {

worker_thread::worker_thread() : thread_([this] { work(); }) {}

worker_thread::~worker_thread() {
  {
    const std::lock_guard lock{mutex_};
    is_ending_ = true;
  }
  has_changed_.notify_one();
  thread_.join();
}

void worker_thread::run(std::function<void()> job) {
  {
    const std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
  }
  has_changed_.notify_one();
}

void worker_thread::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    has_changed_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
    if (jobs_.empty())
      return;
    {
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
  }
}

} // namespace ariadne
