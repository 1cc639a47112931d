#pragma once

// What actors/caf_edition_network.hpp promises, for CAF 0.17.

#include "actors/network/frame_guard.hpp"

#include <caf/io/basp/version.hpp>
#include <caf/node_id.hpp>

namespace ariadne::detail {

/// How this edition lays out what the guard looks into.
inline basp_format caf_basp_format() {
  basp_format result{.version = caf::io::basp::version, .id_tag_size = 8, .id_size = 32, .has_stages = true};
  auto tag = static_cast<std::uint64_t>(caf::node_id::default_data::class_id);
  for (auto i = result.id_tag_size; i > 0; tag >>= 8)
    result.id_tag[--i] = static_cast<std::byte>(tag);
  return result;
}

/// What the names of the settings of CAF's network begin with.
inline constexpr auto network_settings = "middleman.";

} // namespace ariadne::detail
