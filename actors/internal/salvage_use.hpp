#pragma once

#include "actors/internal/storage_messages.hpp"
#include "crdt/replica.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace ariadne {

/// What was salvaged from a damaged journal stands beside the new one, and neither in the map nor in what the replica
/// claims: other nodes may know that it was replaced, or erased. Once all of them have been asked, it is written anew,
/// if no other node knows of it. When the journal has that, the storage is told.
///
/// Not thread-safe.
class salvage_use {
public:
  salvage_use() = default;
  /// `salvaged`: null, if there is nothing.
  explicit salvage_use(std::shared_ptr<salvaged_state> salvaged) : salvaged_(std::move(salvaged)) {}

  /// Whether something is still to be written.
  bool is_awaited(const crdt::replica& core) const {
    return salvaged_ && (!has_begun_ || core.is_writing_anew());
  }

  /// To be called whenever something may have changed; `knows_all`: the replica has all that the others have. Returns
  /// whether it has just come to its end.
  bool go_on(crdt::replica& core, bool knows_all) {
    if (!salvaged_)
      return false;
    if (!has_begun_ && knows_all) {
      has_begun_ = true;
      core.write_anew(std::move(salvaged_->registers));
    }
    if (is_awaited(core))
      return false;
    if (!written_) {
      written_.emplace();
      for (const auto own : core.own_ids())
        if (const auto last = core.vector()[own]; last != 0)
          written_->raise({own, last});
    }
    const auto* kept = core.durable();
    if (kept == nullptr || !kept->covers(*written_))
      return false;
    salvaged_->is_used = true;
    salvaged_ = nullptr;
    return true;
  }

private:
  std::shared_ptr<salvaged_state> salvaged_;
  bool has_begun_ = false;
  /// What the journal is to have.
  std::optional<crdt::version_vector> written_;
};

} // namespace ariadne
