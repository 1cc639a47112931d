#pragma once

#include "actors/internal/storage_messages.hpp"

#include <caf/actor_cast.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace ariadne {

/// A thread for what may block: does one job after the other. CAF's own, those of detached actors, end only when nobody
/// has a handle of their actor any more, which nobody can know who has shown it to other nodes.
class worker_thread {
public:
  worker_thread();
  /// Does the jobs that it has been given before.
  ~worker_thread();

  worker_thread(const worker_thread&) = delete;
  worker_thread& operator=(const worker_thread&) = delete;

  void run(std::function<void()> job);

private:
  void work();

  std::mutex mutex_;
  std::condition_variable has_changed_;
  std::deque<std::function<void()>> jobs_;
  bool is_ending_ = false;
  /// The last member: it uses the others.
  std::thread thread_;
};

/// The same for an actor, which goes on with what comes of a job. `Self` is a pointer to the actor, which takes
/// `work_done`, and calls what is in it.
template <class Self>
class blocking_work {
public:
  explicit blocking_work(Self self) : self_(self) {}

  /// Has the thread call `job()`; then the actor calls `then(result)`.
  template <class Job, class Then>
  void run(Job job, Then then) {
    const auto self = caf::actor_cast<work_taking_actor>(self_->ctrl());
    thread_.run([self, job = std::move(job), then = std::move(then)]() mutable {
      const auto result = std::make_shared<decltype(job())>(job());
      anon_mail(work_done{std::make_shared<const std::function<void()>>(
                  [result, then = std::move(then)]() mutable { then(std::move(*result)); })})
        .send(self);
    });
  }

private:
  Self self_;
  worker_thread thread_;
};

} // namespace ariadne
