#pragma once

#include "membership/instant.hpp"
#include "membership/liveness.hpp"
#include "membership/node_table.hpp"
#include "membership/view_command.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::membership {

/// Why an attempt to connect has failed.
enum class failure {
  /// Nobody listens there.
  refused,
  /// The address is not reached.
  unreachable,
  /// Who answers does not do so as it should.
  other,
};

/// What an operator is told of other nodes. While a link is lost again and again, it is told that once in a while, and
/// at last how it stands, but not of each loss. What is lost after this node began to leave is no news.
class view_reports {
public:
  /// All must outlive this.
  view_reports(const node_table& table, liveness& life, std::vector<view_command>& commands)
    : table_(table), life_(life), commands_(commands) {}

  void tell(report what) {
    commands_.push_back(std::move(what));
  }

  /// `what` has become of a node that is known.
  void changed(const std::string& node, std::string_view what);
  /// A node that is known was up, and is down.
  void lost(const std::string& node, const std::string& reason, instant now);
  /// The link to the node broke again and again, and has not done so for a while.
  void steady(const std::string& node);
  /// `node` is empty if nobody is expected there by name.
  void unreachable(const std::string& node, const std::string& address, const std::string& problem, failure how);
  /// Another node at this address claims the name of this one.
  void name_claimed(const std::string& self, const std::string& address);

  /// How the node was last lost counts until it is forgotten.
  void note_cause(const std::string& node, loss_cause cause);
  void forget(const std::string& node) {
    silent_.erase(node);
  }
  bool is_unsteady(const std::string& node) const;

  void leave() {
    is_leaving_ = true;
  }

private:
  void down(const std::string& node, const std::string& reason);

  const node_table& table_;
  liveness& life_;
  std::vector<view_command>& commands_;
  /// Those that were last lost by their silence.
  std::set<std::string> silent_;
  /// Who claims the name of this node; reported once.
  std::string claimant_;
  bool is_leaving_ = false;
};

} // namespace ariadne::membership
