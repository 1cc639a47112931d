#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot.hpp"
#include "crdt/fingerprint.hpp"
#include "crdt/hybrid_clock.hpp"
#include "crdt/version_vector.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::crdt {

/// A key with its register, as a journal has it. An empty register says that the map has nothing of the key any more.
struct journal_register {
  std::string key;
  causal_register value;

  bool is_gone() const {
    return value.live_count() == 0 && value.superseded().empty();
  }
};

/// May be many: not in one piece, so that each can go as soon as it has been made use of.
using journal_registers = std::deque<journal_register>;

/// What a replica claims to know: of which events its map is the outcome. It holds for the registers that the replica
/// had when it was made, and for no others: a vector that covers an event whose register is missing would erase that
/// event at every other replica.
struct knowledge_claim {
  version_vector vector;
  version_vector forgotten;
  /// Never null. There may be many of them, and they seldom change; so claims share them.
  std::shared_ptr<const version_vector> retired = std::make_shared<const version_vector>();
  /// The greatest stamp that the replica has issued or observed.
  stamp newest;
  /// The number of registers, erased ones included, and the fingerprint of the live entries.
  std::uint64_t registers = 0;
  crdt::fingerprint fingerprint;
  /// The replica, and the former incarnations of its node of which something is left in the map or the vector.
  replica_id own;
  std::vector<replica_id> former;
  /// What is known to be durable at other nodes, by their names; see node_disks.
  std::map<std::string, version_vector> disks;
};

/// What a replica hands out to its journal in one step.
struct journal_part {
  /// What has changed since it was last handed out, in this order.
  std::vector<journal_register> changed;
  /// What a walk over the whole map has come to; and whether it ends here.
  std::vector<journal_register> walked;
  bool ends_walk = false;
  /// Set if nothing has changed beyond what has been handed out. Counts once all that is on the disk.
  std::optional<knowledge_claim> claim;
  /// The bytes of the keys and live values of the map.
  std::uint64_t live_bytes = 0;

  bool empty() const {
    return changed.empty() && walked.empty() && !ends_walk && !claim;
  }
};

/// What a journal has kept of a former incarnation of a node.
struct restored_state {
  /// One for each key, none of them gone.
  journal_registers registers;
  knowledge_claim claim;
  /// The disk has failed while it was written: what has been read may not be there after a power cut, so that nothing
  /// of it is durable before it has been written again.
  bool is_in_doubt = false;

  /// The incarnations of this node, all of them former ones.
  std::vector<replica_id> former_ids() const {
    auto result = claim.former;
    if (claim.own.value != 0)
      result.push_back(claim.own);
    return result;
  }
};

} // namespace ariadne::crdt
