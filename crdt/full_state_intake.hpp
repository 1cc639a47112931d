#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/disposal.hpp"
#include "crdt/invariant.hpp"
#include "crdt/replica_state.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// The full state that a replica takes in, one at a time (invariant I5 of docs/protocol.md). First it *comes in*, part
/// by part; when the last part is there it is *swept*, in steps: what its sender knows and it lacks is dropped.
///
/// It may lack the events behind what it says to be dead, until its cut stands in for them. So nobody could tell others
/// why an entry is gone, if the stream broke: it adds live entries, and all else counts in the sweep only. Until that
/// is over, nothing may be sent of the map, and no batch of its stream counts. It may break off while it comes in, but
/// not any more once it is swept.
///
/// Memory: the base, the contexts of the full state, and the live entries here that it says to be dead.
class full_state_intake {
public:
  bool is_under_way() const {
    return current_.has_value();
  }
  /// Whether it is that of this stream, which comes in.
  bool is_coming_in(std::uint64_t stream) const {
    return current_ && current_->stream == stream && !current_->sweep;
  }
  bool is_swept() const {
    return current_ && current_->sweep;
  }
  bool is_swept(std::uint64_t stream) const {
    return is_swept() && current_->stream == stream;
  }
  /// Whether the stream may begin one: none is under way, or one of the same stream, which comes in and is replaced.
  bool may_begin(std::uint64_t stream) const {
    return !current_ || is_coming_in(stream);
  }

  /// The first part of one has come in, over `stream`. `base`: the sender's version vector at its beginning.
  void begin(std::uint64_t stream, version_vector base);

  /// Joins a register while one is under way. `belongs_to_it`: it is of the full state that comes in. Returns whether
  /// the map has changed.
  bool join(replica_state& state, bool belongs_to_it, std::string_view key, causal_register value);

  /// All of it has come in, and nothing was refused.
  void end() {
    require(current_ && !current_->sweep, "only a full state that comes in ends");
    current_->sweep = dot{};
  }
  /// What there is does not count.
  void give_up();
  /// The stream is void. A full state that comes in over it is given up. One that is swept is not: `cut`, what the cuts
  /// of the stream have covered, counts at its end.
  void void_stream(std::uint64_t stream, const version_vector& cut);

  /// What a sweep has come to.
  struct outcome {
    std::uint64_t stream = 0;
    /// Counts now.
    version_vector cut;
    /// Registers have changed in it. Why, an event may say that no cut covers (invariant I3).
    bool has_changed = false;
  };
  /// Goes on with the sweep, looking at up to `registers_max` registers. Returns what it has come to once it is over.
  std::optional<outcome> sweep(replica_state& state, std::size_t registers_max);

  /// Whether memory that is not needed any more is to be freed, and does so: up to `elements_max` elements. Returns how
  /// many.
  bool has_garbage() const {
    return !unneeded_contexts_.empty() || !unneeded_dots_.empty();
  }
  std::size_t free_some(std::size_t elements_max) {
    const auto freed = unneeded_contexts_.free_some(elements_max);
    return freed + unneeded_dots_.free_some(elements_max - freed);
  }

private:
  using dots = absl::btree_set<dot>;
  using contexts_by_key = absl::btree_map<std::string, causal_register>;

  struct full_state {
    /// The stream in which it comes, named as in our hello.
    std::uint64_t stream = 0;
    /// See keyed_register::full_state.
    std::uint32_t number = 0;
    /// The sender's version vector at its beginning.
    version_vector base;
    /// Live entries here of keys that it has mentioned without them, although its sender knows them.
    dots doomed;
    /// What its contexts hold beyond its live entries, by key; with the live entries that they stand above.
    contexts_by_key contexts;
    /// Once it has come in whole: the last dot looked at in search of what it lacks.
    std::optional<dot> sweep;
    /// What counts after that, if the stream is void by then.
    version_vector cut;
    bool has_changed = false;
  };

  /// Entries of `value` that are live neither here nor at the sender of the full state, which knows them.
  std::vector<dot> find_late(const aw_lww_map& map, std::string_view key, const causal_register& value) const;
  /// Whether the sweep is over.
  bool sweep_step(replica_state& state, std::size_t budget);
  bool sweep_base(replica_state& state, std::size_t budget);

  std::uint32_t last_number_ = 0;
  std::optional<full_state> current_;
  disposal<contexts_by_key> unneeded_contexts_;
  disposal<dots> unneeded_dots_;
};

} // namespace ariadne::crdt
