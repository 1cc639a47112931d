#pragma once

#include "actors/protocol.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// This process as a client of a node, without the command line in between. It is connected as long as it lives.
///
/// All functions throw std::runtime_error with the node's reason if they fail; at once, if the node ends.
class node_client {
public:
  node_client(std::string_view host, std::uint16_t port);
  ~node_client();

  receipt stash(const std::string& key, const snapshot& state);
  pickup_result pickup(const std::string& key);
  std::vector<member_status> members();

  /// Nothing while the node's handoff actor is being restarted.
  std::optional<node_status> status();

  /// Tells the replica of the node to end, as CAF tells actors that are linked to one that has ended, and waits until
  /// the node has looked at that.
  void send_exit_to_replica();

private:
  struct connection;
  std::unique_ptr<connection> connection_;
};

} // namespace ariadne::test
