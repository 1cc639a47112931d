#include "app/client/nodes_in_turn.hpp"

#include <algorithm>
#include <string>

namespace ariadne {

fallible<exit_code> visit_in_turn(caf::actor_system& system, const std::vector<endpoint>& nodes,
                                  std::chrono::milliseconds timeout, const node_visit& visit,
                                  const std::function<bool(const node_connection&, const failure&)>& may_go_on) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + timeout;
  std::string tried;
  for (auto node = nodes.begin();; ++node) {
    const auto left =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()), std::chrono::milliseconds{1});
    // A node that does not answer must leave time for the others; one that does has the whole.
    const auto to_connect = std::max(left / (nodes.end() - node), std::chrono::milliseconds{1});
    node_connection client{system, *node, to_connect};
    auto result = client.connect().and_then([&] {
      client.extend(left - to_connect);
      return visit(client);
    });
    if (result || !may_go_on(client, result.error()))
      return result;
    result.error().text.insert(0, tried);
    if (node + 1 == nodes.end() || clock::now() >= deadline)
      return result;
    tried = result.error().text + "; ";
  }
}

} // namespace ariadne
