#pragma once

// What actors/internal/caf_edition_network.hpp promises, for CAF 1.x.

#include "actors/network/frame_guard.hpp"
#include "actors/network/message_rules.hpp"

#include <caf/actor_system.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/error.hpp>
#include <caf/io/basp/version.hpp>
#include <caf/message.hpp>
#include <caf/system_messages.hpp>
#include <caf/type_id.hpp>

#include <string>

namespace ariadne::detail {

/// How this edition lays out what the guard looks into.
inline basp_format caf_basp_format() {
  // Of the kinds of ids, 1 is that of a host and a process.
  return {.version = caf::io::basp::version, .id_tag = {std::byte{1}}, .id_tag_size = 1, .id_size = 25};
}

/// What no message from outside has, and what can hold itself.
inline content_rules caf_content_rules() {
  const auto number = [](caf::type_id_t id) {
    return std::string{static_cast<char>(id >> 8), static_cast<char>(id & 0xff)};
  };
  return {false,
          {number(caf::type_id_v<caf::exit_msg>), number(caf::type_id_v<caf::down_msg>)},
          {number(caf::type_id_v<caf::error>), number(caf::type_id_v<caf::message>)}};
}

/// How a message is written.
template <class Value>
std::string bytes_of(caf::actor_system& system, const Value& value) {
  caf::byte_buffer bytes;
  caf::binary_serializer sink{system, bytes};
  if (!sink.apply(value))
    return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What the names of the settings of CAF's network begin with.
inline constexpr auto network_settings = "caf.middleman.";

} // namespace ariadne::detail
