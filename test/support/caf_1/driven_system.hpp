#pragma once

// For CAF 1.x; there is another one for 0.17, and test/CMakeLists.txt chooses.

#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <caf/disposable.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace ariadne::test {

/// An actor system whose actors run, and whose time passes, only when it is told so.
class driven_system {
public:
  explicit driven_system(void (*configure)(caf::actor_system_config&)) : config_(configure) {}

  caf::actor_system& system() {
    return system_;
  }

  /// Lets all actors do what they can do at once.
  void run() {
    dynamic_cast<driven_scheduler&>(system_.scheduler()).run();
  }

  void advance(std::chrono::milliseconds time) {
    dynamic_cast<driven_clock&>(system_.clock()).advance(time);
  }

private:
  class driven_clock : public caf::actor_clock {
  public:
    time_point now() const noexcept override {
      return now_;
    }

    caf::disposable schedule(time_point due, caf::action action) override {
      actions_.emplace(due, action);
      return std::move(action).as_disposable();
    }

    void advance(std::chrono::milliseconds time) {
      now_ += time;
      while (!actions_.empty() && actions_.begin()->first <= now_)
        actions_.extract(actions_.begin()).mapped().run();
    }

  private:
    /// Not 0, which has a meaning of its own.
    time_point now_{duration_type{1}};
    std::multimap<time_point, caf::action> actions_;
  };

  class driven_scheduler : public caf::scheduler {
  public:
    void schedule(caf::resumable* job) override {
      const std::lock_guard lock{mutex_};
      jobs_.push_back(job);
    }
    void delay(caf::resumable* job) override {
      schedule(job);
    }
    void start() override {}
    void stop() override {
      run();
    }

    void run() {
      while (auto* job = next()) {
        switch (job->resume(this, 1)) {
          case caf::resumable::resume_later:
            schedule(job);
            break;
          case caf::resumable::done:
          case caf::resumable::awaiting_message:
            intrusive_ptr_release(job);
            break;
          case caf::resumable::shutdown_execution_unit:
            break;
        }
      }
    }

  private:
    caf::resumable* next() {
      const std::lock_guard lock{mutex_};
      if (jobs_.empty())
        return nullptr;
      auto* job = jobs_.front();
      jobs_.pop_front();
      return job;
    }

    /// CAF's own threads schedule as well.
    std::mutex mutex_;
    std::deque<caf::resumable*> jobs_;
  };

  struct driven_config : caf::actor_system_config {
    explicit driven_config(void (*configure)(caf::actor_system_config&)) {
      configure(*this);
    }
  };

  static void install(caf::actor_system& system, caf::actor_system_config&, void*) {
    caf::detail::actor_system_access access{system};
    access.clock(std::make_unique<driven_clock>());
    access.scheduler(std::make_unique<driven_scheduler>());
  }

  driven_config config_;
  caf::actor_system system_{config_, install, nullptr};
};

} // namespace ariadne::test
