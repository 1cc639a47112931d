#include "app/node/watchdog.hpp"

#include "actors/ask.hpp"
#include "actors/state_handoff.hpp"

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
    const auto answer = ask<state_handoff_actor>(system, supervisor, interval, handoff_atom_v);
    // An error of the supervisor's own is an answer, too: a node that stops has no handoff actor.
    if (answer || !(answer.error() == caf::sec::request_timeout || is_contact_lost(answer.error())))
      manager.alive();
    lock.lock();
    changed_.wait_for(lock, interval, [this] { return is_over_; });
  }
}

} // namespace ariadne
