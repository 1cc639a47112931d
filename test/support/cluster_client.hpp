#pragma once

#include "actors/handoff_messages.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// This process as a client of the nodes of a cluster, with one connection to each, for many threads at once: all
/// functions are thread-safe and block. Unlike node_client it expects nodes to come and go: it connects when it is
/// first asked for a node, again whenever the connection has been lost, and never waits for a node that has gone.
class cluster_client {
public:
  cluster_client();
  ~cluster_client();

  cluster_client(const cluster_client&) = delete;
  cluster_client& operator=(const cluster_client&) = delete;

  /// Makes a node known. Only before other threads use this object.
  void add(const std::string& node, std::string_view host, std::uint16_t port);

  /// The error is why there is no receipt. The node may or may not hold the state then.
  tl::expected<receipt, std::string> stash(const std::string& node, const std::string& key, const std::string& bytes,
                                           const write_options& options = {});

  /// Stashes the same bytes under many keys, all at once. Answers how many receipts there are.
  std::size_t stash_all(const std::string& node, const std::vector<std::string>& keys, const std::string& bytes,
                        const write_options& options = {});

  tl::expected<pickup_result, std::string> pickup(const std::string& node, const std::string& key,
                                                  const wait_options& options = {});

private:
  struct connection;
  struct implementation;

  std::unique_ptr<implementation> implementation_;
};

} // namespace ariadne::test
