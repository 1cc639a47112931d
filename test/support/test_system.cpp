#include "test/support/test_system.hpp"

#include <caf/io/middleman.hpp>

namespace ariadne::test {

cluster_membership_actor test_system::node_at(const endpoint& address) {
  auto connect = [&] { return system.middleman().remote_actor<cluster_membership_actor>(address.host, address.port); };
  auto found = connect();
  // A node hangs up on those who do not shake hands within two seconds, as long as a busy machine may stop this
  // process.
  for (int again = 0; !found && again < 2; ++again)
    found = connect();
  if (!found)
    throw std::runtime_error(to_string(address) + ": " + describe(found.error()));
  return *found;
}

} // namespace ariadne::test
