#pragma once

#include "crdt/dot.hpp"
#include "crdt/version_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace ariadne::crdt {

/// For how long the disk of a node keeps the others from forgetting: whatever comes first.
struct disk_patience {
  std::uint64_t span_ms = 3'600'000;
  /// So many registers have come to hold more than their live entries: 64 MiB, of 225 bytes each.
  std::uint64_t registers = (std::uint64_t{64} << 20) / 225;
};

/// What is durable at each node that keeps a journal, this one among them, by the names of the nodes: since a node that
/// is down comes back with what its disk has kept, under new ids.
///
/// What a node has on its disk *counts*: nothing is forgotten that it lacks, so that it catches up by deltas when it
/// starts again. It counts no more once it has lacked something for as long as the patience says, and nothing has
/// become durable there meanwhile; and again when that changes. Nothing is wrong if it does not count: a node that has
/// missed too much gets the full state (I5).
///
/// While an old link to a former incarnation is open, a node may have two.
class node_disks {
public:
  /// No more are noted; the others do not count.
  static constexpr std::size_t incarnations_max = 2'048;

  explicit node_disks(disk_patience patience) : patience_(patience) {}

  /// What a former incarnation of this node has known of the others.
  void restore(const std::map<std::string, version_vector>& disks);

  /// An incarnation of the node says all that is durable there. What former ones have said does not count any more,
  /// unless `is_linked(incarnation)`.
  template <class Predicate>
  void introduce(const std::string& node, replica_id incarnation, const version_vector& durable, Predicate is_linked) {
    drop_unlinked(node, incarnation, is_linked);
    add(node, incarnation, durable);
  }
  /// An incarnation of the node says that it keeps no journal.
  template <class Predicate>
  void dismiss(const std::string& node, replica_id incarnation, Predicate is_linked) {
    drop_unlinked(node, incarnation, is_linked);
    disks_.erase({node, incarnation});
  }
  /// An incarnation is not linked any more. What it has said goes on to count unless another one of its node is linked.
  template <class Predicate>
  void part(const std::string& node, replica_id incarnation, Predicate is_linked) {
    const auto begin = disks_.lower_bound({node, {}});
    for (auto other = begin; other != disks_.end() && other->first.first == node; ++other)
      if (other->first.second != incarnation && is_linked(other->first.second)) {
        disks_.erase({node, incarnation});
        return;
      }
  }
  /// An incarnation that has been introduced says what has become durable.
  void learn(const std::string& node, replica_id incarnation, const version_vector& risen);
  /// The node is none any more.
  void drop(const std::string& node) {
    std::erase_if(disks_, [&](const auto& item) { return item.first.first == node; });
  }

  /// Time has passed: notices who counts. `here`: what is known here; `widened`: how many registers have come to hold
  /// more than their live entries so far.
  void look(const version_vector& here, std::uint64_t widened, std::uint64_t now_ms);

  /// What of `vector` is durable at all nodes that count.
  version_vector durable_of(version_vector vector) const;
  /// Whether the event `last` is.
  bool cover(dot last) const;

  /// All that is durable at this incarnation; nullptr if it keeps no journal.
  const version_vector* durable_at(replica_id incarnation) const;

  /// By the names of the nodes, but for the incarnations in `retired`, of which nobody lacks anything.
  std::map<std::string, version_vector> of_others(replica_id self, const version_vector& retired) const;

private:
  struct disk {
    version_vector durable;
    /// Since when it has lacked something, and how many registers had been widened then.
    std::uint64_t since_ms = 0;
    std::uint64_t widened = 0;
    bool has_moved = true;
    bool counts = true;
  };

  void add(const std::string& node, replica_id incarnation, const version_vector& durable);
  template <class Predicate>
  void drop_unlinked(const std::string& node, replica_id but, Predicate is_linked) {
    std::erase_if(disks_, [&](const auto& item) {
      return item.first.first == node && item.first.second != but && !is_linked(item.first.second);
    });
  }

  disk_patience patience_;
  /// By node and incarnation, which is 0 if none has been met since this node started.
  std::map<std::pair<std::string, replica_id>, disk> disks_;
};

} // namespace ariadne::crdt
