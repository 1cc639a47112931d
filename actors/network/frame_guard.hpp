#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Looks at the bytes of a connection before CAF does. CAF trusts them: it dereferences the payload of a handshake that
// has none, and allocates whatever a header announces.
//
// A frame is a header of 32 bytes and a payload; numbers have their most significant byte first:
//
//     operation 1 | padding 2 | flags 1 | size of the payload 4 | operation data 8 | source actor 8 | target actor 8
//
// The guard lets pass what CAF sends, and cuts the connection at anything else.

namespace ariadne {

/// Who has made a connection. Whoever has speaks first with the handshake of a client, and is answered with that of a
/// server.
enum class connection_side {
  /// The other side has; it sends the handshake of a client.
  accepted,
  /// This one has; the other side sends the handshake of a server.
  opened,
};

enum class cut_reason {
  /// It is no fault: the other side says that it speaks other protocols (actors/network/spoken_protocols.hpp).
  farewell,
  /// The other side begins TLS, which this one does not speak.
  tls,
  no_handshake,
  second_handshake,
  handshake_without_payload,
  handshake_too_large,
  other_version,
  no_node_id,
  unknown_operation,
  malformed_header,
  stream_message,
  forwarding_stages,
  payload_missing,
  payload_too_large,
};

/// What is wrong, as the end of a sentence: "... is closed: " and this. Has nothing of what has come.
std::string_view describe(cut_reason reason);

/// How an edition of CAF lays out what its headers do not say.
struct basp_format {
  /// CAF's version of the protocol.
  std::uint64_t version = 0;
  /// What the id of a node begins with. Its process and its host follow.
  std::array<std::byte, 8> id_tag{};
  std::size_t id_tag_size = 0;
  /// Of an id as a whole.
  std::size_t id_size = 0;
  /// Whether the count of actors that a message is to be forwarded to precedes it; 0, where nobody composes actors.
  bool has_stages = false;
};

/// The state of one direction of one connection. Copies no payloads but that of the handshake, and allocates for
/// nothing else. Not thread-safe.
class frame_guard {
public:
  static constexpr std::size_t header_size = 32;
  /// Of a handshake.
  static constexpr std::size_t handshake_bytes_max = std::size_t{64} << 10;

  frame_guard(connection_side side, const basp_format& format, std::size_t payload_bytes_max);

  /// Takes the next bytes, however the connection has divided them. Returns why the connection has to be cut, or
  /// nothing if CAF may see them. Once it has returned a reason, it returns that one for ever.
  std::optional<cut_reason> take(std::span<const std::byte> bytes);

  /// Whether the handshake has come as a whole.
  bool has_shaken_hands() const {
    return has_shaken_hands_;
  }

  /// The id of the other side's node, as CAF writes it, once it has shaken hands.
  const std::string& node_id() const {
    return node_id_;
  }

  std::size_t payload_bytes_max() const {
    return payload_bytes_max_;
  }

  /// The last header, or the one that was refused.
  std::span<const std::byte, header_size> header() const {
    return header_;
  }

private:
  std::size_t take_header(std::span<const std::byte> bytes);
  std::size_t take_payload(std::span<const std::byte> bytes);
  std::optional<cut_reason> check_header() const;
  std::optional<cut_reason> check_handshake() const;
  std::optional<cut_reason> check_first_handshake() const;
  std::optional<cut_reason> check_message() const;
  std::optional<cut_reason> check_payload_size() const;
  std::optional<cut_reason> check_begin_of_payload() const;
  std::optional<cut_reason> end_handshake();
  bool is_id(std::string_view bytes) const;
  bool is_handshake() const;

  /// A header.
  struct fields {
    std::uint64_t operation = 0;
    std::uint64_t padding = 0;
    std::uint64_t flags = 0;
    std::uint64_t size = 0;
    std::uint64_t data = 0;
    std::uint64_t source = 0;
    std::uint64_t target = 0;
  };

  connection_side side_;
  basp_format format_;
  std::size_t payload_bytes_max_;
  std::array<std::byte, header_size> header_{};
  std::size_t header_bytes_ = 0;
  fields fields_;
  std::size_t payload_bytes_left_ = 0;
  /// The begin of a payload, as far as it is looked into.
  std::size_t begin_wanted_ = 0;
  std::string begin_;
  /// The payload of the first handshake.
  std::string handshake_;
  std::string node_id_;
  bool has_shaken_hands_ = false;
  bool has_selected_ = false;
  std::optional<cut_reason> cut_;
};

} // namespace ariadne
