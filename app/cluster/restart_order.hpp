#pragma once

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace ariadne {

/// A node and its address, as a cluster file has them.
struct node_place {
  std::string name;
  /// HOST:PORT.
  std::string address;

  friend bool operator==(const node_place&, const node_place&) = default;
};

/// A node that is to be restarted, added or removed.
struct replaced_node {
  std::string name;
  /// Where it listens now; empty if it does not run.
  std::string old_address;
  /// Where it is to listen; empty if it is not to run any more.
  std::string new_address;
  bool has_caught_up = false;
};

/// In which order the nodes are stopped and started, by name: first those that are removed, for their addresses may be
/// those of others; then what does not run; then what runs, but has not caught up; then the others. In each group the
/// order stays, save that a node comes after the one whose address it gets.
///
/// The error is one sentence without a final stop: nodes exchange their addresses, so that none can be first.
tl::expected<std::vector<std::string>, std::string> restart_order(std::vector<replaced_node> nodes);

} // namespace ariadne
