#pragma once

#include "actors/internal/replica_journal.hpp"
#include "crdt/replica.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace ariadne {

/// The way of one replica's changes to the storage of its node. One batch is under way; what changes meanwhile stays
/// marked in the core, so it costs a mark for each key, however slow the disk is.
///
/// `Self` is a pointer to the replica's actor.
template <class Self>
class journal_outlet {
public:
  /// `core` has what the journal has kept. `answered(answer)` is called in the actor for each batch; `flush` is to
  /// follow.
  journal_outlet(Self self, const replica_journal& journal, const crdt::replica& core,
                 std::function<void(const journal_answer&)> answered)
    : self_(self), storage_(journal.storage), opening_(journal.opening.number), backlog_(journal.opening.backlog),
      answered_(std::move(answered)), kept_bytes_(core.changed_bytes()) {}

  /// To be called after whatever may have changed the core.
  void flush(crdt::replica& core, std::uint64_t now_ms) {
    if (!is_under_way_ && (!has_begun_ || core.has_journal_part()))
      send(core, now_ms);
    backlog_->keys.store(core.map().marked_count() + sent_, std::memory_order_relaxed);
  }

  /// To be called now and then: it looks at the whole version vector.
  void note_lag(const crdt::replica& core) {
    const auto events = core.events_not_durable();
    backlog_->events.store(events, std::memory_order_relaxed);
    backlog_->bytes_max.store(events == 0 ? 0 : core.changed_bytes() - kept_bytes_, std::memory_order_relaxed);
  }

private:
  void send(crdt::replica& core, std::uint64_t now_ms) {
    const auto bytes = core.changed_bytes();
    auto part = core.take_journal_part();
    sent_ = part.changed.size();
    is_under_way_ = true;
    has_begun_ = true;
    mail(self_, journal_batch{opening_, now_ms, std::make_shared<const crdt::journal_part>(std::move(part))})
      .request(storage_, caf::infinite)
      .then(
        [this, bytes](const journal_answer& answer) {
          is_under_way_ = false;
          sent_ = 0;
          // What has become durable with it is all that had changed by then.
          if (answer.durable)
            kept_bytes_ = bytes;
          answered_(answer);
        },
        // The storage has ended, and the pair is about to be.
        [](const caf::error&) {});
  }

  Self self_;
  journal_keeping_actor storage_;
  std::uint64_t opening_ = 0;
  std::shared_ptr<journal_backlog> backlog_;
  std::function<void(const journal_answer&)> answered_;
  /// The core's count of changed bytes when what is durable was handed out.
  std::uint64_t kept_bytes_ = 0;
  /// The first batch goes out even if it is empty: its answer says whether a walk is wanted.
  bool has_begun_ = false;
  bool is_under_way_ = false;
  /// Keys of the batch that is under way.
  std::uint64_t sent_ = 0;
};

} // namespace ariadne
