#pragma once

#include "crdt/dot.hpp"
#include "crdt/shared_bytes.hpp"
#include "crdt/sync_message.hpp"

#include <absl/container/btree_map.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ariadne::crdt {

/// Values that come in pieces, and wait until they are whole and their registers come.
///
/// One dot has one value for ever, so pieces of it may come from any neighbour, one after the other or at the same
/// time. What has come in stays when a link closes, for a while. Memory: what has been told, but for one piece that is
/// copied; the sum of the values' sizes is bounded.
class staged_values {
public:
  /// How long a value stays that does not get on, and is not asked for.
  static constexpr std::uint64_t keep_ms = 300'000;

  struct addition {
    /// How much of the value is here now, from its beginning.
    std::uint64_t bytes = 0;
    /// The piece has brought something of it.
    bool has_added = false;
  };

  /// A piece has come in; `bytes_max` bounds the sum of the sizes. Returns nothing if its size contradicts what has
  /// come in before. A piece that leaves a gap adds nothing. Other values are given up for it where there is no room,
  /// those first that have not got on for longest; if it would not have room even alone, it is not taken.
  std::optional<addition> add(const piece& p, std::size_t bytes_max, std::uint64_t now_ms);

  /// The value of the dot, if it is here as a whole, and has this size; else nullptr. Valid until the next change.
  const shared_bytes* find(dot d, std::uint64_t length) const;

  /// The value is needed no more.
  void erase(dot d);

  /// Time has passed.
  void give_up_old(std::uint64_t now_ms);

  /// What is here, of `values_max` at most: those that have got on last.
  std::vector<value_progress> progress(std::size_t values_max) const;

  bool empty() const {
    return values_.empty();
  }
  /// The sum of their sizes.
  std::size_t bytes() const {
    return bytes_;
  }

private:
  struct staged {
    bytes_builder value;
    std::uint64_t progress_ms = 0;
    /// Ascending with each piece of any value.
    std::uint64_t age = 0;
  };
  using map = absl::btree_map<dot, staged>;

  map::iterator erase(map::iterator position);
  bool make_room(std::uint64_t length, std::size_t bytes_max);

  map values_;
  std::size_t bytes_ = 0;
  std::uint64_t pieces_ = 0;
};

} // namespace ariadne::crdt
