#pragma once

#include "crdt/version_range.hpp"

namespace ariadne::crdt {

/// The versions of the binary format (crdt/codec.hpp) that this program reads and writes. Two replicas speak the
/// greatest that both know; who does not know the other one yet takes the version in which that begins.
inline constexpr version_range codec_versions{3, 3};

} // namespace ariadne::crdt
