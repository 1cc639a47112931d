#pragma once

#include "actors/system_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

namespace ariadne::bench {

/// An actor system configured as that of a node is.
class bench_system {
public:
  explicit bench_system(const network_security& security = {}) : config_(security), system_(config_), self_(system_) {}

  caf::actor_system& system() {
    return system_;
  }
  /// Speaks for the thread that measures.
  caf::scoped_actor& self() {
    return self_;
  }

private:
  struct system_config : caf::actor_system_config {
    explicit system_config(const network_security& security) {
      configure_with_network(*this, security);
      use_work_sharing(*this);
    }
  };

  system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
};

} // namespace ariadne::bench
