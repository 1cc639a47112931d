#include "actors/network/spoken_protocols.hpp"

#include "actors/cluster_membership.hpp"

#include "crdt/codec_versions.hpp"

#include <caf/io/basp/message_type.hpp>
#include <caf/io/basp/version.hpp>

#include <fmt/format.h>

#include <charconv>
#include <numeric>

namespace ariadne {

namespace {

// Where CAF has what in its header; numbers have their most significant byte first.
constexpr std::size_t operation = 0;
constexpr std::size_t payload = 4;
constexpr std::size_t payload_end = 8;
constexpr std::size_t version = 8;
constexpr std::size_t version_end = 16;

// Where a farewell has the rest. The least versions stand where CAF has the size of a payload, and are 0 if they are
// the greatest as well.
constexpr std::size_t nodes_min = payload;
constexpr std::size_t frames_min = 6;
constexpr std::size_t nodes = 16;
constexpr std::size_t frames = 24;

/// No operation of CAF's.
constexpr std::byte farewell_operation{0xfa};

// In names of messages: "ariadne protocol 8.4;" and "ariadne protocols 7-8.3-4;". What follows a name in a handshake
// may be a digit.
constexpr std::string_view announcement = "ariadne protocol ";
constexpr std::string_view range_announcement = "ariadne protocols ";

std::uint64_t read_number(std::span<const std::byte> bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}, [](std::uint64_t number, std::byte b) {
    return number << 8 | std::to_integer<std::uint64_t>(b);
  });
}

void write_number(std::span<std::byte> bytes, std::uint64_t number) {
  for (auto i = bytes.size(); i > 0; number >>= 8)
    bytes[--i] = static_cast<std::byte>(number);
}

void write_range(std::span<std::byte> min, std::span<std::byte> max, const crdt::version_range& versions) {
  write_number(min, versions.min == versions.max ? 0 : versions.min);
  write_number(max, versions.max);
}

crdt::version_range read_range(std::span<const std::byte> min, std::span<const std::byte> max) {
  const auto greatest = static_cast<std::uint32_t>(read_number(max));
  const auto least = static_cast<std::uint32_t>(read_number(min));
  return {least == 0 ? greatest : least, greatest};
}

/// Reads a number from the front of `text`, and what ends it. Returns 0 if they are not there.
std::uint32_t take_number(std::string_view& text, char end) {
  std::uint32_t number = 0;
  const auto* last = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || rest == last || *rest != end)
    return 0;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return number;
}

/// The versions that an announcement in the text names.
spoken_protocols read_announcement(std::string_view text) {
  spoken_protocols result;
  if (const auto found = text.find(range_announcement); found != std::string_view::npos) {
    text.remove_prefix(found + range_announcement.size());
    result.nodes.min = take_number(text, '-');
    result.nodes.max = take_number(text, '.');
    result.frames.min = take_number(text, '-');
    result.frames.max = take_number(text, ';');
  } else if (const auto one = text.find(announcement); one != std::string_view::npos) {
    text.remove_prefix(one + announcement.size());
    result.nodes.min = result.nodes.max = take_number(text, '.');
    result.frames.min = result.frames.max = take_number(text, ';');
  }
  return result;
}

/// "version 6.3", or "versions 6.3 to 7.4".
std::string ranges_in_words(const spoken_protocols& protocols) {
  const auto& [caf, nodes, frames] = protocols;
  const auto greatest = fmt::format("{}.{}", nodes.max, frames.max);
  const auto is_one = nodes.min == nodes.max && frames.min == frames.max;
  return is_one ? "version " + greatest : fmt::format("versions {}.{} to {}", nodes.min, frames.min, greatest);
}

} // namespace

spoken_protocols own_protocols() {
  return {caf::io::basp::version, node_protocols, crdt::codec_versions};
}

std::optional<std::string> difference(const spoken_protocols& theirs, const spoken_protocols& ours) {
  if (theirs.caf != ours.caf)
    return fmt::format("version {} of CAF's, and this program version {}", theirs.caf, ours.caf);
  const auto is_unknown = theirs.nodes.max == 0 && theirs.frames.max == 0;
  if (!is_unknown && !(greatest_common(theirs.nodes, ours.nodes) && greatest_common(theirs.frames, ours.frames)))
    return fmt::format("{} of Ariadne's, and this program {}", ranges_in_words(theirs), ranges_in_words(ours));
  return std::nullopt;
}

void announce_protocols(std::set<std::string>& messages) {
  const auto [caf, nodes, frames] = own_protocols();
  messages.insert(fmt::format("{}{}.{};", announcement, nodes.max, frames.max));
  messages.insert(fmt::format("{}{}-{}.{}-{};", range_announcement, nodes.min, nodes.max, frames.min, frames.max));
}

spoken_protocols announced_protocols(const std::set<std::string>& messages) {
  std::string text;
  for (const auto& message : messages)
    text += message;
  return read_announcement(text);
}

bool handshake_header::is_cafs() const {
  return bytes_[operation] == static_cast<std::byte>(caf::io::basp::message_type::server_handshake);
}

std::size_t handshake_header::payload_size() const {
  return read_number(std::span{bytes_}.subspan(payload, payload_end - payload));
}

spoken_protocols handshake_header::protocols(std::string_view payload) const {
  auto result = read_announcement(payload);
  result.caf = read_number(std::span{bytes_}.subspan(version, version_end - version));
  return result;
}

std::array<std::byte, header_size> farewell(const spoken_protocols& own) {
  std::array<std::byte, header_size> result{};
  const std::span bytes{result};
  bytes[operation] = farewell_operation;
  write_number(bytes.subspan(version, version_end - version), own.caf);
  write_range(bytes.subspan(nodes_min, frames_min - nodes_min), bytes.subspan(nodes, frames - nodes), own.nodes);
  write_range(bytes.subspan(frames_min, payload_end - frames_min), bytes.subspan(frames), own.frames);
  return result;
}

std::optional<spoken_protocols> read_farewell(std::span<const std::byte> bytes) {
  if (bytes.size() != header_size || bytes[operation] != farewell_operation)
    return std::nullopt;
  return spoken_protocols{
    read_number(bytes.subspan(version, version_end - version)),
    read_range(bytes.subspan(nodes_min, frames_min - nodes_min), bytes.subspan(nodes, frames - nodes)),
    read_range(bytes.subspan(frames_min, payload_end - frames_min), bytes.subspan(frames))};
}

} // namespace ariadne
