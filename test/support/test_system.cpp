#include "test/support/test_system.hpp"

#include <caf/io/middleman.hpp>

namespace ariadne::test {

cluster_membership_actor test_system::node_at(const endpoint& address) {
  auto found = system.middleman().remote_actor<cluster_membership_actor>(address.host, address.port);
  if (!found)
    throw std::runtime_error(to_string(address) + ": " + describe(found.error()));
  return *found;
}

} // namespace ariadne::test
