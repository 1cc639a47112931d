#pragma once

// What actors/internal/caf_edition_network.hpp promises, for CAF 0.17.

#include "actors/network/frame_guard.hpp"
#include "actors/network/message_rules.hpp"

#include <caf/actor_system.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/io/basp/version.hpp>
#include <caf/message.hpp>
#include <caf/node_id.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <string>
#include <vector>

namespace ariadne::detail {

/// How this edition lays out what the guard looks into.
inline basp_format caf_basp_format() {
  basp_format result{.version = caf::io::basp::version, .id_tag_size = 8, .id_size = 32, .has_stages = true};
  auto tag = static_cast<std::uint64_t>(caf::node_id::default_data::class_id);
  for (auto i = result.id_tag_size; i > 0; tag >>= 8)
    result.id_tag[--i] = static_cast<std::byte>(tag);
  return result;
}

/// What no message from outside has, and what can hold itself. CAF takes memory for the length that a `@charbuf` says,
/// and prints a broken `@duration` until the process ends.
inline content_rules caf_content_rules() {
  return {
    true,
    {"@exit", "@down", "@group_down", "@charbuf", "@duration", "@open_stream_msg", "@upstream_msg", "@downstream_msg"},
    {"@error", "@message", "@config_value"}};
}

/// How a message is written. Its types have to be known to the system.
template <class Value>
std::string bytes_of(caf::actor_system& system, const Value& value) {
  caf::scoped_execution_unit context{&system};
  std::vector<char> bytes;
  caf::binary_serializer sink{&context, bytes};
  if (sink(value))
    return {};
  return {bytes.begin(), bytes.end()};
}

/// What the names of the settings of CAF's network begin with.
inline constexpr auto network_settings = "middleman.";

} // namespace ariadne::detail
