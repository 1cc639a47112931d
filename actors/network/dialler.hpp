#pragma once

#include "actors/credentials.hpp"
#include "actors/endpoint.hpp"
#include "actors/network/link_socket.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ariadne {

/// Connects to nodes, all of them in one thread, and none waits for another: an address that swallows packets, a name
/// server that is silent, or a node that does not speak holds up nobody else. How many are dialled at a time is up to
/// the caller.
class dialler {
public:
  /// What has come of one call of `dial`: see `connect_to_node` (actors/basp.hpp).
  struct result {
    std::string node;
    endpoint address;
    caf::expected<link_socket> socket;
  };

  /// `on_results` is called in the dialler's thread whenever `take_results` has something new to return. With
  /// credentials, a connection is secured, and leads to the node of the cluster that is dialled; null: it is plain.
  dialler(std::shared_ptr<const credentials> security, std::function<void()> on_results);
  dialler(const dialler&) = delete;
  dialler& operator=(const dialler&) = delete;
  /// Breaks off what is under way.
  ~dialler();

  /// Connects to the address, within `timeout` in all; the name of the host is looked up anew. `node` comes back with
  /// the result; if it is no name, any node of the cluster may be there. Does not block.
  void dial(std::string node, endpoint address, std::chrono::milliseconds timeout);

  /// What has come of it since the last call.
  std::vector<result> take_results();

private:
  class worker;

  std::unique_ptr<worker> worker_;
};

} // namespace ariadne
