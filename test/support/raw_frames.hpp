#pragma once

#include "actors/internal/caf_edition_network.hpp"
#include "actors/network/frame_guard.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace ariadne::test {

/// The id of a normal message, without a number: it is no request.
inline constexpr std::uint64_t normal_message = std::uint64_t{1} << 60;

/// A number as CAF's frames have it: so many bytes, the greatest first.
inline std::string raw_number(std::uint64_t value, int size) {
  std::string result;
  for (auto i = size - 1; i >= 0; --i)
    result += static_cast<char>(value >> 8 * i);
  return result;
}

/// The header of a frame of CAF's protocol, true or false.
struct raw_header {
  std::uint8_t operation = 0;
  std::uint64_t size = 0;
  std::uint64_t data = 0;
  std::uint64_t source = 0;
  std::uint64_t target = 0;
  std::uint8_t flags = 0;
};

inline std::string bytes_of(const raw_header& h) {
  return raw_number(h.operation, 1) + raw_number(0, 2) + raw_number(h.flags, 1) + raw_number(h.size, 4)
         + raw_number(h.data, 8) + raw_number(h.source, 8) + raw_number(h.target, 8);
}

/// The id of a node that there is not; `which` tells it from others.
inline std::string raw_node_id(char which) {
  const auto format = detail::caf_basp_format();
  std::string result(format.id_size, which);
  std::transform(format.id_tag.begin(), format.id_tag.begin() + static_cast<std::ptrdiff_t>(format.id_tag_size),
                 result.begin(), [](std::byte b) { return static_cast<char>(b); });
  return result;
}

/// What the side that has connected begins with.
inline std::string raw_client_handshake(const std::string& id) {
  return bytes_of({.operation = 1, .size = id.size()}) + id;
}

/// The same of the side that is connected to, a node whose actor takes no messages.
inline std::string raw_server_handshake() {
  // One application, "generic-caf-app"; the actor 1; no messages.
  const auto payload = raw_node_id('s') + "\1\17generic-caf-app" + raw_number(1, 8) + raw_number(0, 1);
  return bytes_of({.operation = 0, .size = payload.size(), .data = detail::caf_basp_format().version}) + payload;
}

/// A message, as the system writes it, straight to an actor of the other side.
inline std::string raw_message(const std::string& message, std::uint64_t source, std::uint64_t target,
                               std::uint64_t data = normal_message, std::uint8_t flags = 0) {
  const auto payload = (detail::caf_basp_format().has_stages ? std::string(1, '\0') : std::string{}) + message;
  return bytes_of({2, payload.size(), data, source, target, flags}) + payload;
}

/// The same each time.
inline std::string raw_garbage(std::size_t size) {
  std::mt19937 random{17};
  std::string result(size, '\0');
  std::generate(result.begin(), result.end(), [&] { return static_cast<char>(random()); });
  return result;
}

/// What no program of ours sends, and the reason for which a node closes the connection.
struct raw_attack {
  const char* what;
  std::string bytes;
  const char* reason;
};

inline std::vector<raw_attack> raw_attacks() {
  const auto hello = raw_client_handshake(raw_node_id('c'));
  const std::string content(8, '\0');
  auto selection = raw_client_handshake(raw_node_id('d'));
  selection[3] = 2;
  return {
    {"an empty handshake", bytes_of({.operation = 1}), "its handshake is empty"},
    {"4 GiB of handshake", bytes_of({.operation = 1, .size = 0xffffffff}), "its handshake is larger than 64 KiB"},
    {"garbage", raw_garbage(4096), "it sends a frame of an unknown kind"},
    {"two handshakes", hello + hello, "it sends a second handshake"},
    {"a selection of another node", hello + selection, "it sends a second handshake"},
    {"a message of a stream", hello + bytes_of({2, content.size(), 2 * normal_message, 0, 5}) + content, "of a stream"},
    {"an unknown operation", hello + bytes_of({9, content.size()}) + content, "it sends a frame of an unknown kind"},
    {"4 GiB", hello + bytes_of({2, 0xffffffff, normal_message, 0, 5}),
     "it announces more bytes than a message may have"},
    {"a message first", bytes_of({2, content.size(), normal_message, 0, 5}) + content,
     "does not begin with CAF's handshake"},
    {"half a header and silence", hello.substr(0, 16), "it has not shaken hands within 2 s"},
    {"half a handshake and silence", hello.substr(0, 40), "it has not shaken hands within 2 s"},
  };
}

} // namespace ariadne::test
