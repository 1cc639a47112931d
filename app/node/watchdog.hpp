#pragma once

#include "actors/supervisor.hpp"
#include "app/process/service_manager.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace ariadne {

/// Shows the service manager that the node is alive, as long as its supervisor answers. A thread of its own, if the
/// manager wants to know; else nothing.
class watchdog {
public:
  /// All have to outlive it.
  watchdog(const service_manager& manager, caf::actor_system& system, const supervisor_actor& supervisor);
  ~watchdog();

  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

private:
  void watch(const service_manager& manager, caf::actor_system& system, const supervisor_actor& supervisor);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  std::thread thread_;
};

} // namespace ariadne
