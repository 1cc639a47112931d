#pragma once

#include "actors/system_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

namespace ariadne::bench {

/// An actor system configured as that of a node is.
class bench_system {
public:
  bench_system() : system_(config_), self_(system_) {}

  caf::actor_system& system() {
    return system_;
  }
  /// Speaks for the thread that measures.
  caf::scoped_actor& self() {
    return self_;
  }

private:
  struct system_config : caf::actor_system_config {
    system_config() {
      configure_with_network(*this);
      use_work_sharing(*this);
    }
  };

  system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
};

} // namespace ariadne::bench
