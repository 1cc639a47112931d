#pragma once

#include "actors/handoff_messages.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string_view>

namespace ariadne {

/// An encoded snapshot as it stands in memory.
struct snapshot_view {
  std::string_view type_name;
  std::uint32_t schema_version = 0;
  std::string_view bytes;
};

/// Begins what `encode_snapshot` makes of a state: all that stands before its bytes, of which `bytes` are to be
/// appended.
crdt::bytes_builder begin_encoding(const snapshot& state, std::uint64_t bytes);

/// What `decode_snapshot` copies. An error (`ec::snapshot_damaged`) if the bytes are none.
caf::expected<snapshot_view> view_snapshot(std::string_view bytes);

} // namespace ariadne
