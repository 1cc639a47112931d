#pragma once

#include "actors/internal/replica_messages.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace ariadne {

/// What a replica knows of the other nodes, by name: which are up, and whether all that each had has arrived here.
///
/// Not thread-safe.
class known_nodes {
public:
  struct node {
    node_presence presence = node_presence::unknown;
    neighbour replica;
    /// All that it had when its connection last came up has arrived here.
    bool is_caught_up = false;
    bool has_been_up = false;
    /// The connection to this replica is lost, whatever counts as up.
    bool has_lost_link = false;

    bool is_up() const {
      return presence == node_presence::up;
    }
  };

  /// Replaces what is known. A node of which nothing new can have come stays one that has been caught up with; one that
  /// is forgotten counts as such, and as one that has never been up.
  void update(const std::vector<known_node>& nodes);

  /// The connection to this replica is lost. Its node may count as up until that is known better, and come back by
  /// another connection.
  void lose_link(const caf::actor_addr& replica);

  /// Looks at those that are up and not caught up with: `has_arrived(replica)` says whether all of one is here;
  /// `met(name)` is called for each of which that has become true.
  template <class HasArrived, class Met>
  void note_caught_up(HasArrived has_arrived, Met met) {
    for (auto& [name, known] : nodes_)
      if (!known.is_caught_up && known.is_up() && has_arrived(caf::actor_cast<caf::actor_addr>(known.replica.handle))) {
        known.is_caught_up = true;
        met(name);
      }
  }

  /// Whether all have been caught up with, those that are down among them.
  bool are_caught_up() const;
  /// The same, not waiting for what is down; one of which nothing has been heard yet may be up.
  bool are_met() const;
  /// No other node has been up, but for those that have left or are forgotten: nobody is waited for. One of which
  /// nothing has been heard yet may be up.
  bool is_alone() const;
  bool has_met_one() const;
  /// Those that are up.
  std::size_t member_count() const;

  const std::map<std::string, node>& all() const {
    return nodes_;
  }

private:
  std::map<std::string, node> nodes_;
};

} // namespace ariadne
