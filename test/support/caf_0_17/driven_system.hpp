#pragma once

// For CAF 0.17; there is another one for 1.x, and test/CMakeLists.txt chooses.

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>

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
    coordinator().run();
  }

  void advance(std::chrono::milliseconds time) {
    coordinator().advance_time(time);
  }

private:
  struct driven_config : caf::actor_system_config {
    explicit driven_config(void (*configure)(caf::actor_system_config&)) {
      configure(*this);
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  driven_config config_;
  caf::actor_system system_{config_};
};

} // namespace ariadne::test
