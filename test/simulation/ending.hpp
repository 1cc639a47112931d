#pragma once

#include "test/simulation/world.hpp"

namespace ariadne::simulation {

/// Heals everything that is wrong with the network, lets the replicas come to rest, and checks what must hold then:
/// - they come to rest;
/// - all hold the same live entries, and have the same version vector;
/// - these are exactly the puts that no event which any of them knows has superseded; without crashes, no event at all;
/// - all have caught up, and have acknowledged each other's events;
/// - what all have acknowledged is forgotten: an erased key costs nothing.
/// Throws a violation if one does not.
void end(world& w);

} // namespace ariadne::simulation
