#include "session/incoming_messages.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::session {

incoming_messages::incoming_messages(const piece_options& options) : options_(options) {}

incoming_messages::result incoming_messages::take(std::string_view piece_frame) {
  if (!failure_.empty())
    return {failure_, {}};
  const auto piece = decode_piece(piece_frame);
  if (!piece || piece->bytes.empty())
    return refuse("a piece is malformed or empty");
  if (piece->number > last_)
    if (const auto why = begin(*piece); !why.empty())
      return refuse(why);
  const auto found = open_.find(piece->number);
  if (found == open_.end())
    return refuse("a piece belongs to no message that is under way");
  auto& m = found->second;
  if (piece->total_bytes != m.total_bytes || piece->bytes.size() > m.total_bytes - m.bytes.size())
    return refuse("a piece does not fit the length of its message");
  ++pieces_;
  append(m, piece->bytes);
  held_bytes_ += piece->bytes.size();
  if (m.bytes.size() < m.total_bytes)
    return {};
  result whole{{}, std::move(m.bytes)};
  held_bytes_ -= whole.frame.size();
  open_bytes_ -= whole.frame.size();
  open_.erase(found);
  return whole;
}

std::string_view incoming_messages::begin(const message_piece& piece) {
  if (piece.number != last_ + 1)
    return "a message in pieces has the wrong number";
  if (piece.total_bytes > options_.message_bytes_max)
    return "a message in pieces is longer than any value may be";
  if (!open_.empty()
      && (open_.size() >= options_.open_max || open_bytes_ + piece.total_bytes > options_.open_bytes_max))
    return "too many messages are under way in pieces";
  last_ = piece.number;
  open_bytes_ += piece.total_bytes;
  open_[piece.number].total_bytes = piece.total_bytes;
  return {};
}

/// What is allocated grows with what comes in, and not beyond what the message has.
void incoming_messages::append(message& m, std::string_view bytes) {
  const auto size = m.bytes.size() + bytes.size();
  if (size > m.bytes.capacity())
    m.bytes.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(m.total_bytes, 2 * size)));
  m.bytes.append(bytes);
}

incoming_messages::result incoming_messages::refuse(std::string_view why) {
  open_.clear();
  open_bytes_ = held_bytes_ = 0;
  failure_ = why;
  return {failure_, {}};
}

} // namespace ariadne::session
