#pragma once

#include "actors/endpoint.hpp"
#include "actors/network_security.hpp"

#include <vector>

namespace ariadne {

/// Where a client reaches its cluster, and as whom.
struct contact_points {
  /// One at least.
  std::vector<endpoint> nodes;
  network_security security;
};

} // namespace ariadne
