#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

// Which cluster the journal of a node belongs to. Clusters may have the same name, and a directory may be put where
// another one was; so each cluster has an id, which stands in the journals of its nodes.
//
//     provisional    drawn by a node, or taken over from another one; of two such ids, the smaller one wins
//     pledged        a majority of the nodes of the cluster file had it: given up for no id that is not final
//     final          a majority has pledged it
//
// A node takes over an id that is final, or, unless it has pledged one itself, one that is pledged. Two final ids are
// those of two clusters, and refuse each other.
//
// No two ids of one cluster become final, whoever meets whom and when: each has been pledged by a majority, and two
// majorities have a node in common. So a pledge is kept on the disk before it is told. If all nodes of the file have
// pledged one, and no id has a majority, none of them can have become final; then the smallest wins.

namespace ariadne::membership {

enum class agreement : std::uint8_t { provisional, pledged, final };

struct cluster_id {
  /// Drawn at random; 0: none.
  std::uint64_t number = 0;
  agreement is = agreement::provisional;

  friend bool operator==(const cluster_id&, const cluster_id&) = default;
};

/// The id that one node has, and what it makes of the ids of others. A node that keeps no journal has none, for good.
class cluster_identity {
public:
  /// `kept`: what stands on the disk, where there is a journal. `voters`: the nodes of which a majority counts. A node
  /// that is not one of them counts nobody, for it may not know them all.
  cluster_identity(std::string self, std::set<std::string> voters, std::optional<cluster_id> kept);

  /// What is on the disk, to be told to others; none without a journal.
  cluster_id told() const {
    return kept_;
  }

  /// What is about to be there.
  cluster_id own() const {
    return own_;
  }

  /// Another node has told its id; none if it keeps no journal.
  void met(const std::string& node, cluster_id its);

  /// What is to be written to the disk now: then `kept` or `not_kept` has to be called. Nothing while that is under
  /// way, and if the disk has it.
  std::optional<cluster_id> to_keep();
  void kept();
  void not_kept() {
    being_kept_.reset();
  }

  /// Whether a node that tells this id is of another cluster.
  bool is_foreign(cluster_id its) const {
    return own_.is == agreement::final && its.is == agreement::final && own_.number != its.number;
  }
  /// Another id than that of this node, which is final at a majority; nothing if there is none.
  std::optional<std::uint64_t> outvoted_by() const;

  /// The first invariant that does not hold, in words; empty if all do.
  std::string check_invariants() const;

private:
  bool takes_over(cluster_id its) const;
  void settle();
  /// All voters have pledged an id, and none has a majority.
  bool is_vote_split() const;
  std::uint64_t smallest_of_voters() const;
  cluster_id id_of(const std::string& voter) const;
  /// How many of the voters, this node as it is about to be among them, have this id, agreed upon at least so far.
  std::size_t count(std::uint64_t number, agreement at_least) const;
  bool is_majority(std::size_t nodes) const {
    return 2 * nodes > voters_.size();
  }

  std::string self_;
  std::set<std::string> voters_;
  bool keeps_journal_ = false;
  /// As it is about to be on the disk, and as it is there.
  cluster_id own_;
  cluster_id kept_;
  std::optional<cluster_id> being_kept_;
  /// By name, as other voters have told last.
  std::map<std::string, cluster_id> others_;
};

/// How an id is shown.
std::string cluster_id_text(std::uint64_t number);

} // namespace ariadne::membership
