#pragma once

#include "crdt/version_range.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

// Which protocols a node speaks, and how two nodes tell each other before anything is decoded that one of them may lay
// out in another way.
//
// The node that is connected to speaks first, in CAF's handshake: the header has the version of CAF's protocol, and
// among the messages of the published actor are two more names, which have the versions of ours: one the greatest,
// which is all that programs before 0.2.0 read, and one the ranges. If the other node has none of them in common, it
// says which ones it speaks, in a header that is of no protocol, and hangs up. So both know why.

namespace ariadne {

struct spoken_protocols {
  /// Of CAF, between actor systems. Each edition has its own.
  std::uint64_t caf = 0;
  /// `node_protocols`, and `crdt::codec_versions`. All are 0 if the node does not say.
  crdt::version_range nodes;
  crdt::version_range frames;
};

/// What this program speaks.
spoken_protocols own_protocols();

/// Why nodes that speak `theirs` and `ours` do not understand each other, as "version 9 of CAF's, and this program
/// version 8"; nothing if they do.
std::optional<std::string> difference(const spoken_protocols& theirs, const spoken_protocols& ours = own_protocols());

/// What `messages`, the names of the messages of a node, have to have besides.
void announce_protocols(std::set<std::string>& messages);

/// What a node speaks whose messages have these names; without the version of CAF's protocol.
spoken_protocols announced_protocols(const std::set<std::string>& messages);

/// The size of CAF's headers.
inline constexpr std::size_t header_size = 32;

/// The first half of CAF's header of what a node sends first. All versions of CAF's protocol begin so.
class handshake_header {
public:
  static constexpr std::size_t size = 16;

  std::span<std::byte> bytes() {
    return bytes_;
  }

  /// Whether it is a header of CAF's.
  bool is_cafs() const;
  /// How many bytes follow the header.
  std::size_t payload_size() const;
  /// What the node speaks that has sent it, with this payload.
  spoken_protocols protocols(std::string_view payload) const;

private:
  std::array<std::byte, size> bytes_{};
};

/// What a node says that hangs up because it speaks other protocols. CAF finds it invalid in all versions, and closes
/// the connection.
std::array<std::byte, header_size> farewell(const spoken_protocols& own);

/// The inverse: nothing if the bytes are no farewell.
std::optional<spoken_protocols> read_farewell(std::span<const std::byte> bytes);

} // namespace ariadne
