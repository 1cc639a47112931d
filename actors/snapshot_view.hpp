#pragma once

#include "actors/protocol.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ariadne {

/// An encoded snapshot as it stands in memory.
struct snapshot_view {
  std::string_view type_name;
  std::uint32_t schema_version = 0;
  std::string_view bytes;
};

/// What stands before the bytes of the state, of which there will be so many, in what `encode_snapshot` makes of it.
std::string encode_snapshot_head(const snapshot& state, std::uint64_t bytes);

/// What `decode_snapshot` copies. An error (`ec::snapshot_damaged`) if the bytes are none.
caf::expected<snapshot_view> view_snapshot(std::string_view bytes);

} // namespace ariadne
