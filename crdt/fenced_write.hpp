#pragma once

#include "crdt/live_entry.hpp"
#include "crdt/replica.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// All entries of a key that no known write has superseded and that have not expired.
std::vector<live_entry> live_entries(const replica& replica, std::string_view key, std::uint64_t now_ms);

struct fenced_result {
  bool written = false;
  /// Those who were to hold what has been written do so.
  bool is_held = true;
  /// What stands under the key now.
  std::vector<live_entry> entries;
};

/// Writes only if exactly the entries with the dots `expected` stand under the key: those that the writer has judged.
/// A plain put would also supersede what has come in since, which may be of a later epoch. An `expires_at_ms` of 0
/// means never. A write that the replica refuses is an error.
tl::expected<fenced_result, write_error> fenced_write(replica& replica, std::string_view key, std::string_view value,
                                                      const std::vector<crdt::dot>& expected, std::uint64_t now_ms,
                                                      std::uint64_t expires_at_ms);

/// What a fenced erase did.
struct fenced_erasure {
  bool erased = false;
  /// What a reader sees under the key now, if anything.
  std::optional<crdt::dot> standing;
};

/// Erases what the event `target` has put under the key: that which its reader has got. What stands beside it, or has
/// superseded it, stays; a plain erase would take that, too, unseen by anybody.
fenced_erasure fenced_erase(replica& replica, std::string_view key, crdt::dot target, std::uint64_t now_ms);

} // namespace ariadne::crdt
