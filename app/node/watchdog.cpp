#include "app/node/watchdog.hpp"

#include "ops/liveness.hpp"

namespace ariadne {

watchdog::watchdog(const service_manager& manager, caf::actor_system& system, const supervisor_actor& supervisor) {
  if (manager.watchdog_interval())
    thread_ = std::thread{[this, &manager, &system, &supervisor] { watch(manager, system, supervisor); }};
}

watchdog::~watchdog() {
  {
    const std::lock_guard lock{mutex_};
    is_over_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

void watchdog::watch(const service_manager& manager, caf::actor_system& system, const supervisor_actor& supervisor) {
  const auto interval = *manager.watchdog_interval();
  std::unique_lock lock{mutex_};
  while (!is_over_) {
    lock.unlock();
    if (is_alive(system, supervisor, interval))
      manager.alive();
    lock.lock();
    changed_.wait_for(lock, interval, [this] { return is_over_; });
  }
}

} // namespace ariadne
