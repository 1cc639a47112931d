#pragma once

// What actors/caf_edition_network.hpp promises, for CAF 1.x.

#include "actors/network/frame_guard.hpp"

#include <caf/io/basp/version.hpp>

namespace ariadne::detail {

/// How this edition lays out what the guard looks into.
inline basp_format caf_basp_format() {
  // Of the kinds of ids, 1 is that of a host and a process.
  return {.version = caf::io::basp::version, .id_tag = {std::byte{1}}, .id_tag_size = 1, .id_size = 25};
}

/// What the names of the settings of CAF's network begin with.
inline constexpr auto network_settings = "caf.middleman.";

} // namespace ariadne::detail
