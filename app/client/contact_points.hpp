#pragma once

#include "actors/endpoint.hpp"
#include "actors/network_security.hpp"
#include "app/config/cluster_file.hpp"
#include "app/output/failure.hpp"

#include <vector>

namespace ariadne {

/// Where a client reaches its cluster, and as whom.
struct contact_points {
  /// One at least.
  std::vector<endpoint> nodes;
  network_security security;
};

/// The nodes that a cluster file lists; those that are discovered, if it lists none.
fallible<std::vector<endpoint>> addresses_of(const cluster_config& cluster);

} // namespace ariadne
