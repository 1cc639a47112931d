#pragma once

#include "crdt/replica.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// What `network_node::read` answers where there is nothing to read.
inline constexpr std::string_view absent = "(absent)";

/// A replica with a clock that its network moves.
class network_node {
public:
  network_node(crdt::replica_options options, const std::uint64_t& now_ms)
    : replica(std::move(options)), now_ms_(now_ms) {}

  /// Writes; the test fails if the write is refused.
  crdt::dot put(std::string_view key, std::string_view value, std::uint64_t expires_at_ms = 0);

  /// Erases; the test fails if there is nothing to erase.
  crdt::dot erase(std::string_view key);

  /// The value that a reader sees, or `absent`.
  std::string read(std::string_view key) const;

  /// The time on this node's clock.
  std::uint64_t now_ms() const {
    return now_ms_ + clock_offset_ms;
  }

  crdt::replica replica;
  /// How far this node's clock is ahead of the network's.
  std::int64_t clock_offset_ms = 0;
  /// What this replica has refused, or heard that others have refused of it.
  std::vector<crdt::refusal> refusals;

private:
  const std::uint64_t& now_ms_;
};

/// Replicas in one thread, and the links between them, which carry frames in order. Nothing moves by itself: frames
/// until `settle` or `deliver` is called, time until `pass` is.
class replica_network {
public:
  /// What new replicas are made with, but for id and node name; tests may change it in between.
  crdt::replica_options options;

  replica_network();
  replica_network(const replica_network&) = delete;
  replica_network& operator=(const replica_network&) = delete;

  /// A new replica, with the ids 1, 2, 3, ... in the order of creation.
  network_node& add();

  /// A new replica that says it is `id`, whoever else says so.
  network_node& add(crdt::replica_id id);

  /// Opens a link, first at `first`.
  crdt::link_id connect(network_node& first, network_node& second, bool first_pushes = true, bool second_pushes = true);

  /// Opens a link between any two replicas.
  void connect_all();

  /// Closes a link at both ends; what is on its way is lost.
  void disconnect(crdt::link_id link);

  /// Ends a replica without a farewell: its links close, what is on its way from it is lost. It stays readable.
  void crash(network_node& node);

  /// The node of a replica starts again: another replica, with nothing in it.
  network_node& restart(network_node& node);

  /// Makes all replicas that have not crashed members of each other.
  void set_members();

  /// The frames on their way from one node to another, the next one first. They may be changed.
  std::deque<std::string>& frames(network_node& from, network_node& to);

  /// Delivers the next frame from one node to another. Returns false if there is none.
  bool deliver(network_node& from, network_node& to);

  /// Delivers the next frame, if there is one, in each direction of each link.
  void deliver_one_each();

  /// Delivers all frames, and what is sent in answer to them, until none is on its way. The test fails if that does not
  /// come to an end.
  void settle();

  /// Lets `ms` pass in steps of 100, each with a tick of all replicas and a settling. Without `settled`, frames stay
  /// on their way.
  void pass(std::uint64_t ms, bool settled = true);

  /// The test fails unless all replicas that have not crashed hold the same, and their maps are right.
  void check_converged() const;

  std::uint64_t now_ms() const {
    return now_ms_;
  }

private:
  network_node& add(crdt::replica_id id, std::string name);

  struct end {
    network_node* node;
    bool open;
    /// On their way to this end.
    std::deque<std::string> frames;
  };
  struct wire {
    crdt::link_id link;
    end ends[2];
  };

  /// The nodes that have not crashed.
  std::vector<network_node*> present() const;
  wire& find(const network_node& one, const network_node& other);
  void collect();
  void deliver(wire& over, end& to);

  std::uint64_t now_ms_;
  std::vector<std::unique_ptr<network_node>> nodes_;
  std::set<const network_node*> crashed_;
  std::deque<wire> wires_;
  std::uint64_t last_link_ = 0;
};

} // namespace ariadne::test
