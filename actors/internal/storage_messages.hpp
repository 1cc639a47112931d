#pragma once

// What a node and its storage say to each other, clients to the storage, and nodes that keep a journal to each other:
// message structs and typed handles, as actors/protocol.hpp has them for all else. Nodes of before have no storage.
//
//     supervisor                     storage                              crdt_replica
//       | -- start ------------------> |  reads the directory                  |
//       | <-- storage_opening -------- |                                       |
//       | -- starts the pair with it ----------------------------------------> |
//       |                              | <-- journal_batch ------------------- |  one under way
//       |                              |  writes it                            |  what changes meanwhile stays marked
//       |                              | -- journal_answer ------------------> |

#include "actors/internal/node_messages.hpp"
#include "actors/storage_options.hpp"
#include "actors/value_messages.hpp"
#include "crdt/journal_part.hpp"
#include "membership/cluster_identity.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ariadne {

/// What a replica has to tell whoever asks its storage: thread-safe.
struct journal_backlog {
  /// Keys that have changed, and are not yet kept.
  std::atomic<std::uint64_t> keys = 0;
  /// Events that are known and not yet kept, and the most that their keys and values can amount to.
  std::atomic<std::uint64_t> events = 0;
  std::atomic<std::uint64_t> bytes_max = 0;
};

/// The id of the cluster, as it stands in the journal: thread-safe.
class kept_cluster_id {
public:
  membership::cluster_id get() const {
    const std::lock_guard guard{mutex_};
    return id_;
  }
  void set(membership::cluster_id id) {
    const std::lock_guard guard{mutex_};
    id_ = id;
  }

private:
  mutable std::mutex mutex_;
  membership::cluster_id id_;
};

/// What was salvaged, and is to be written anew where no other node knows of it.
struct salvaged_state {
  /// To be moved from by the replica that does it.
  crdt::journal_registers registers;
  /// Set by the replica: it is done, and the journal has what came of it.
  std::atomic<bool> is_used = false;
};

/// What a pair begins with. Stays in its process.
struct storage_opening {
  /// Counts the pairs that have begun with the directory in this process. Only the last one is listened to.
  std::uint64_t number = 0;
  /// What has been kept; to be moved from by the one replica that begins with it.
  std::shared_ptr<crdt::restored_state> restored;
  /// Null, if there is nothing that was salvaged.
  std::shared_ptr<salvaged_state> salvaged;
  std::shared_ptr<journal_backlog> backlog;
  std::shared_ptr<const kept_cluster_id> id;
  /// The incarnations that have written it, the last one at the end.
  std::vector<std::uint64_t> former;
};

/// What a replica hands to its storage. Stays in its process.
struct journal_batch {
  std::uint64_t opening = 0;
  std::uint64_t at_ms = 0;
  std::shared_ptr<const crdt::journal_part> part;
};

/// What has become of it. Stays in its process.
struct journal_answer {
  /// The parts are to walk over the whole map from now on.
  bool wants_walk = false;
  /// What is kept, as far as the mode goes, up to this; null if no claim has come to count.
  std::shared_ptr<const crdt::version_vector> durable;
};

/// A job of a worker_thread is done: what the actor is to do now. Stays in its process.
struct work_done {
  std::shared_ptr<const std::function<void()>> then;
};

/// What the storage of a node reports of itself.
struct storage_status {
  std::string directory;
  storage_mode mode = storage_mode::write;
  /// Of the journal.
  std::uint64_t bytes = 0;
  /// Keys that have changed, and are not yet kept.
  std::uint64_t lag_keys = 0;
  /// Events that are known and not yet kept, and the most that their keys and values can amount to.
  std::uint64_t lag_events = 0;
  std::uint64_t lag_bytes_max = 0;
  /// How long ago it was last synced, in milliseconds, and how long that took, in microseconds.
  std::uint64_t synced_ago_ms = 0;
  std::uint64_t sync_took_us = 0;
  /// What has been written since the start.
  std::uint64_t batches = 0;
  std::uint64_t written_bytes = 0;
  /// Faults of the disk since the start; why nothing is kept now, in one sentence without a final stop, empty if all
  /// is; and the last fault, how long ago in milliseconds.
  std::uint64_t faults = 0;
  std::string problem;
  std::string last_fault;
  std::uint64_t last_fault_ago_ms = 0;
  membership::cluster_id cluster_id;
};

/// What a node that keeps a journal says of it when it introduces itself.
struct journal_identity {
  membership::cluster_id cluster;
  /// The incarnation that has written last what this one has started from; 0: it was new.
  std::uint64_t restored_from = 0;
};

/// What a node that keeps a journal answers when another one has introduced itself with that: what it makes of it, and
/// its own, whether it has accepted the other one or not.
struct identified_result {
  introduction_result result;
  journal_identity journal;
};

/// The beginning of a backup.
struct backup_opening {
  /// Of the archive (journal/archive.hpp), without its end.
  std::uint64_t total_bytes = 0;
  /// A `value_reader_actor`, which has them.
  caf::strong_actor_ptr reader;
};

} // namespace ariadne

namespace ariadne::membership {

template <class Inspector>
auto inspect(Inspector& f, cluster_id& x) {
  return inspect_fields(f, "cluster_id", x.number, x.is);
}

} // namespace ariadne::membership

namespace ariadne {

template <class Inspector>
auto inspect(Inspector& f, storage_opening& x) {
  return inspect_fields(f, "storage_opening", x.number);
}
template <class Inspector>
auto inspect(Inspector& f, journal_batch& x) {
  return inspect_fields(f, "journal_batch", x.opening);
}
template <class Inspector>
auto inspect(Inspector& f, journal_answer& x) {
  return inspect_fields(f, "journal_answer", x.wants_walk);
}
/// It has nothing that another process could set.
template <class Inspector>
auto inspect(Inspector& f, work_done&) {
  return inspect_fields(f, "work_done");
}
template <class Inspector>
auto inspect(Inspector& f, storage_status& x) {
  return inspect_fields(f, "storage_status", x.directory, x.mode, x.bytes, x.lag_keys, x.lag_events, x.lag_bytes_max,
                        x.synced_ago_ms, x.sync_took_us, x.batches, x.written_bytes, x.faults, x.problem, x.last_fault,
                        x.last_fault_ago_ms, x.cluster_id);
}
template <class Inspector>
auto inspect(Inspector& f, journal_identity& x) {
  return inspect_fields(f, "journal_identity", x.cluster, x.restored_from);
}
template <class Inspector>
auto inspect(Inspector& f, identified_result& x) {
  return inspect_fields(f, "identified_result", x.result, x.journal);
}
template <class Inspector>
auto inspect(Inspector& f, backup_opening& x) {
  return inspect_fields(f, "backup_opening", x.total_bytes, x.reader);
}

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_storage, ::ariadne::first_type_id + 150)

  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::storage_status))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::backup_opening))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::storage_opening))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::journal_batch))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::journal_answer))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::work_done))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::membership::cluster_id))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::identified_result))
  CAF_ADD_TYPE_ID(ariadne_storage, (ariadne::journal_identity))

  CAF_ADD_ATOM(ariadne_storage, ariadne, backup_atom, "backup")

CAF_END_TYPE_ID_BLOCK(ariadne_storage)

static_assert(caf::id_block::ariadne_values::end <= caf::id_block::ariadne_storage::begin, "these IDs are taken");
static_assert(caf::id_block::ariadne_storage::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");

namespace ariadne {

/// What a node keeps its journal with (actors/internal/storage.hpp), for clients. It is registered as `storage_name`.
using storage_actor = caf::typed_actor<
  // What it has and does.
  answers<storage_status, status_atom>,
  // The journal as it is now, to be read in pieces.
  answers<backup_opening, backup_atom>>;

inline constexpr auto storage_name = "storage";

/// A replica that writes to it.
using journal_answer_taker = caf::typed_actor<
  // A fault of the disk is over.
  takes<journal_answer>>;

/// An actor with a worker_thread.
using work_taking_actor = caf::typed_actor<
  // From that.
  takes<work_done>>;

/// The storage, for what is on its own node.
using journal_keeping_actor = storage_actor::extend<
  // From the supervisor: a pair is about to begin with what the directory has. Answers once that is to be gone on with;
  // an error says why it is not, and what to do.
  answers<storage_opening, start_atom>,
  // From the replica. Answers once it is written; while the disk is at fault, not before the fault is over.
  answers<journal_answer, journal_batch>,
  // From the membership actor: this is the id of the cluster now. Answers whether the journal says so.
  answers<bool, membership::cluster_id>>;

/// A cluster_membership_actor of version 7 of the protocol between nodes.
using identified_membership_actor = caf::typed_actor<
  // As `introduce_atom` there, of a node that keeps a journal: with what it says of that.
  answers<identified_result, introduce_atom, node_introduction, journal_identity>>;

} // namespace ariadne
