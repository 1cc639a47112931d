#pragma once

#include "crdt/version_range.hpp"

namespace ariadne::crdt {

/// The versions of the binary format (crdt/codec.hpp) that this program reads and writes. Two replicas speak the
/// greatest that both know; who does not know the other one yet takes the version in which that begins.
inline constexpr version_range codec_versions{3, 5};

/// From this version on, large values travel in pieces.
inline constexpr std::uint32_t codec_version_with_pieces = 4;

/// From this version on, a replica tells what its disk has kept.
inline constexpr std::uint32_t codec_version_with_journals = 5;

} // namespace ariadne::crdt
