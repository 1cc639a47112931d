#include "actors/network/spoken_protocols.hpp"

#include "actors/cluster_membership.hpp"

#include "crdt/codec.hpp"

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

// Where a farewell has the rest.
constexpr std::size_t nodes = 16;
constexpr std::size_t frames = 24;

/// No operation of CAF's.
constexpr std::byte farewell_operation{0xfa};

/// In a name of a message: "ariadne protocol 4.2;". What follows a name in a handshake may be a digit.
constexpr std::string_view announcement = "ariadne protocol ";

std::uint64_t read_number(std::span<const std::byte> bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}, [](std::uint64_t number, std::byte b) {
    return number << 8 | std::to_integer<std::uint64_t>(b);
  });
}

void write_number(std::span<std::byte> bytes, std::uint64_t number) {
  for (auto i = bytes.size(); i > 0; number >>= 8)
    bytes[--i] = static_cast<std::byte>(number);
}

/// Reads a number from the front of `text`, and what ends it. Returns 0 if they are not there.
std::uint64_t take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto* last = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || rest == last || *rest != end)
    return 0;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return number;
}

} // namespace

spoken_protocols own_protocols() {
  return {caf::io::basp::version, node_protocol, crdt::codec_version};
}

std::optional<std::string> difference(const spoken_protocols& theirs) {
  const auto own = own_protocols();
  if (theirs.caf != own.caf)
    return fmt::format("version {} of CAF's, and this program version {}", theirs.caf, own.caf);
  const auto is_unknown = theirs.nodes == 0 && theirs.frames == 0;
  if (!is_unknown && (theirs.nodes != own.nodes || theirs.frames != own.frames))
    return fmt::format("version {}.{} of Ariadne's, and this program version {}.{}", theirs.nodes, theirs.frames,
                       own.nodes, own.frames);
  return std::nullopt;
}

void announce_protocols(std::set<std::string>& messages) {
  const auto own = own_protocols();
  messages.insert(fmt::format("{}{}.{};", announcement, own.nodes, own.frames));
}

bool handshake_header::is_cafs() const {
  return bytes_[operation] == static_cast<std::byte>(caf::io::basp::message_type::server_handshake);
}

std::size_t handshake_header::payload_size() const {
  return read_number(std::span{bytes_}.subspan(payload, payload_end - payload));
}

spoken_protocols handshake_header::protocols(std::string_view payload) const {
  spoken_protocols result;
  result.caf = read_number(std::span{bytes_}.subspan(version, version_end - version));
  if (const auto found = payload.find(announcement); found != std::string_view::npos) {
    auto text = payload.substr(found + announcement.size());
    result.nodes = take_number(text, '.');
    result.frames = take_number(text, ';');
  }
  return result;
}

std::array<std::byte, header_size> farewell(const spoken_protocols& own) {
  std::array<std::byte, header_size> result{};
  const std::span bytes{result};
  bytes[operation] = farewell_operation;
  write_number(bytes.subspan(version, version_end - version), own.caf);
  write_number(bytes.subspan(nodes, frames - nodes), own.nodes);
  write_number(bytes.subspan(frames), own.frames);
  return result;
}

std::optional<spoken_protocols> read_farewell(std::span<const std::byte> bytes) {
  if (bytes.size() != header_size || bytes[operation] != farewell_operation)
    return std::nullopt;
  return spoken_protocols{read_number(bytes.subspan(version, version_end - version)),
                          read_number(bytes.subspan(nodes, frames - nodes)), read_number(bytes.subspan(frames))};
}

} // namespace ariadne
