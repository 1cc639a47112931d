#pragma once

#include <caf/actor_system_config.hpp>

namespace ariadne {

/// Adds to `config` what our actors need: their message types and their category of errors. Call it before the actor
/// system starts.
///
/// On few cores, also set `scheduler.policy` to `sharing`: with CAF's default, work stealing, a message from another
/// node takes ten times as long.
void configure(caf::actor_system_config& config);

/// The same, and loads CAF's network module, which `cluster_membership` and remote clients need.
void configure_with_network(caf::actor_system_config& config);

} // namespace ariadne
