#include "session/message_piece.hpp"

#include "crdt/wire.hpp"

#include <variant>

namespace ariadne::session {

namespace {

constexpr std::uint8_t piece_format = 2;
constexpr std::uint8_t arrival_format = 3;

bool begins_with(std::string_view frame, std::uint8_t format) {
  return !frame.empty() && static_cast<std::uint8_t>(frame.front()) == format;
}

struct payload_meter {
  std::size_t operator()(const start_request& m) const {
    return m.state.bytes.size();
  }
  std::size_t operator()(const delivery& m) const {
    return m.payload.size();
  }
  std::size_t operator()(const response& m) const {
    return m.payload.size();
  }
  std::size_t operator()(const loser_state& m) const {
    return m.state.bytes.size();
  }
  template <class Message>
  std::size_t operator()(const Message&) const {
    return 0;
  }
};

} // namespace

frame_type type_of(std::string_view frame) {
  if (begins_with(frame, piece_format))
    return frame_type::piece;
  return begins_with(frame, arrival_format) ? frame_type::pieces_arrived : frame_type::messages;
}

std::string encode(const message_piece& piece) {
  crdt::wire_writer out;
  out.byte(piece_format);
  out.varint(piece.number);
  out.varint(piece.total_bytes);
  auto frame = out.take();
  frame.append(piece.bytes);
  return frame;
}

std::optional<message_piece> decode_piece(std::string_view frame) {
  crdt::wire_reader in{frame};
  if (in.byte() != piece_format)
    return std::nullopt;
  message_piece result{in.varint(), in.varint(), {}};
  if (!in.failure().empty())
    return std::nullopt;
  result.bytes = frame.substr(in.offset());
  return result;
}

std::string encode_pieces_arrived(std::uint64_t pieces) {
  crdt::wire_writer out;
  out.byte(arrival_format);
  out.varint(pieces);
  return out.take();
}

std::optional<std::uint64_t> decode_pieces_arrived(std::string_view frame) {
  crdt::wire_reader in{frame};
  if (in.byte() != arrival_format)
    return std::nullopt;
  const auto pieces = in.varint();
  return in.failure().empty() && in.remaining() == 0 ? std::optional{pieces} : std::nullopt;
}

std::size_t payload_bytes(const peer_message& message) {
  return std::visit(payload_meter{}, message);
}

} // namespace ariadne::session
