#pragma once

#include "actors/error.hpp"
#include "actors/member_messages.hpp"
#include "actors/session_ref.hpp"
#include "test/support/eventually.hpp"

#include <caf/scoped_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
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

  // Sessions, by way of the node. They wait until the session runs.

  template <class Interface>
  void start_session(const session_ref<Interface>& ref) {
    start_session(ref.kind(), ref.id());
  }
  /// What the session answers, wherever it runs. The types of the interface need no IDs here: what travels are bytes.
  template <class Interface, class... Args>
  auto request(const session_ref<Interface>& ref, const Args&... args) {
    auto answer = request_via(session_host(), self(), ref, patience, args...).get();
    if (!answer)
      throw std::runtime_error(describe(answer.error()));
    return std::move(*answer);
  }
  /// The node that runs it.
  template <class Interface>
  std::string locate(const session_ref<Interface>& ref) {
    return locate(ref.kind(), ref.id());
  }

  /// Tells the replica of the node to end, as CAF tells actors that are linked to one that has ended, and waits until
  /// the node has looked at that.
  void send_exit_to_replica();

private:
  struct connection;

  caf::scoped_actor& self();
  caf::actor session_host();
  void start_session(const std::string& kind, const std::string& id);
  std::string locate(const std::string& kind, const std::string& id);

  std::unique_ptr<connection> connection_;
};

} // namespace ariadne::test
