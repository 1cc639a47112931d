#pragma once

#include "actors/internal/known_nodes.hpp"
#include "actors/internal/replica_links.hpp"
#include "actors/internal/service_standing.hpp"
#include "actors/node_status.hpp"
#include "crdt/replica.hpp"

#include <vector>

namespace ariadne {

/// What the core and its links say of themselves: all of a replica_status but for what others know.
replica_status report(const crdt::replica& core, const replica_links& links);

/// How this node stands with each of the others that are up: the clocks, and what one refuses of the other.
std::vector<peer_standing> standings(const crdt::replica& core, const replica_links& links, const known_nodes& nodes);

} // namespace ariadne
