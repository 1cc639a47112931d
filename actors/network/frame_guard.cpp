#include "actors/network/frame_guard.hpp"

#include "actors/network/basp_header.hpp"

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

using namespace basp;

/// What a handshake of TLS begins with.
constexpr std::uint64_t tls_record = 0x16;

/// Where the category of a message stands in its id: urgent, normal, and two for streams, which CAF casts unchecked.
constexpr unsigned category_shift = 60;
constexpr std::uint64_t category_mask = 3;
constexpr std::uint64_t category_max = 1;

/// The number of `Size` bytes at `offset`. The compiler makes one instruction of it.
template <std::size_t Size>
std::uint64_t number(const std::array<std::byte, frame_guard::header_size>& header, std::size_t offset) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < Size; ++i)
    result = result << 8 | std::to_integer<std::uint64_t>(header[offset + i]);
  return result;
}

/// In the id of a node, which has a process and a host; neither may be 0.
constexpr std::size_t process_id_size = 4;

} // namespace

std::string_view describe(cut_reason reason) {
  switch (reason) {
    case cut_reason::farewell:
      return "it speaks another protocol";
    case cut_reason::tls:
      return "it speaks TLS, and this side has no [security]";
    case cut_reason::no_handshake:
      return "it does not begin with CAF's handshake";
    case cut_reason::second_handshake:
      return "it sends a second handshake";
    case cut_reason::handshake_without_payload:
      return "its handshake is empty";
    case cut_reason::handshake_too_large:
      return "its handshake is larger than 64 KiB";
    case cut_reason::other_version:
      return "its handshake is of another version of CAF's protocol";
    case cut_reason::no_node_id:
      return "its handshake has no id of a node";
    case cut_reason::unknown_operation:
      return "it sends a frame of an unknown kind";
    case cut_reason::malformed_header:
      return "it sends a malformed header";
    case cut_reason::stream_message:
      return "it sends a message of a stream";
    case cut_reason::forwarding_stages:
      return "it sends a message with other receivers to forward it to";
    case cut_reason::payload_missing:
      return "it sends a message without content";
    case cut_reason::payload_too_large:
      return "it announces more bytes than a message may have";
  }
  return "it sends what it must not";
}

frame_guard::frame_guard(connection_side side, const basp_format& format, std::size_t payload_bytes_max)
  : side_(side), format_(format), payload_bytes_max_(payload_bytes_max) {}

std::optional<cut_reason> frame_guard::take(std::span<const std::byte> bytes) {
  while (!cut_ && !bytes.empty())
    bytes = bytes.subspan(payload_bytes_left_ > 0 ? take_payload(bytes) : take_header(bytes));
  return cut_;
}

std::size_t frame_guard::take_header(std::span<const std::byte> bytes) {
  const auto count = std::min(bytes.size(), header_size - header_bytes_);
  std::copy_n(bytes.begin(), count, header_.begin() + static_cast<std::ptrdiff_t>(header_bytes_));
  header_bytes_ += count;
  if (header_bytes_ < header_size)
    return count;
  header_bytes_ = 0;
  fields_ = {.operation = number<1>(header_, 0),
             .padding = number<2>(header_, 1),
             .flags = number<1>(header_, 3),
             .size = number<4>(header_, 4),
             .data = number<8>(header_, 8),
             .source = number<8>(header_, 16),
             .target = number<8>(header_, 24)};
  cut_ = check_header();
  payload_bytes_left_ = fields_.size;
  begin_.clear();
  if (is_handshake())
    begin_wanted_ = payload_bytes_left_;
  else if (!format_.has_stages)
    begin_wanted_ = 0;
  else if (fields_.operation == direct_message)
    begin_wanted_ = 1;
  else if (fields_.operation == routed_message)
    begin_wanted_ = 2 * format_.id_size + 1;
  else
    begin_wanted_ = 0;
  return count;
}

std::size_t frame_guard::take_payload(std::span<const std::byte> bytes) {
  const auto count = std::min(bytes.size(), payload_bytes_left_);
  payload_bytes_left_ -= count;
  if (begin_wanted_ == 0)
    return count;
  const auto looked_at = std::min(count, begin_wanted_ - begin_.size());
  begin_.append(reinterpret_cast<const char*>(bytes.data()), looked_at);
  if (begin_.size() < begin_wanted_ && payload_bytes_left_ > 0)
    return count;
  cut_ = is_handshake() ? end_handshake() : check_begin_of_payload();
  begin_wanted_ = 0;
  return count;
}

std::optional<cut_reason> frame_guard::check_header() const {
  const auto& [operation, padding, flags, size, data, source, target] = fields_;
  if (side_ == connection_side::accepted && !has_shaken_hands_ && operation == farewell_operation)
    return cut_reason::farewell;
  if (side_ == connection_side::accepted && !has_shaken_hands_ && operation == tls_record)
    return cut_reason::tls;
  if (operation > heartbeat_message)
    return cut_reason::unknown_operation;
  if (padding != 0)
    return cut_reason::malformed_header;
  if (is_handshake())
    return check_handshake();
  if (!has_shaken_hands_)
    return cut_reason::no_handshake;
  switch (operation) {
    case direct_message:
    case routed_message:
      return check_message();
    case monitor_message:
      if (flags != 0 || data != 0)
        return cut_reason::malformed_header;
      return check_payload_size();
    case down_message:
      if (flags != 0 || data != 0 || source == 0 || target != 0)
        return cut_reason::malformed_header;
      return check_payload_size();
    default:
      if (flags != 0 || data != 0 || source != 0 || target != 0 || size != 0)
        return cut_reason::malformed_header;
      return std::nullopt;
  }
}

std::optional<cut_reason> frame_guard::check_handshake() const {
  const auto size = fields_.size;
  if (size == 0)
    return cut_reason::handshake_without_payload;
  if (size > handshake_bytes_max)
    return cut_reason::handshake_too_large;
  // No handshake has any of these.
  if (fields_.source != 0 || fields_.target != 0)
    return cut_reason::malformed_header;
  if (!has_shaken_hands_)
    return check_first_handshake();
  const auto is_selection = side_ == connection_side::accepted && fields_.operation == client_handshake
                            && fields_.flags == select_connection && fields_.data == 0;
  if (!is_selection || has_selected_ || size != handshake_.size())
    return cut_reason::second_handshake;
  return std::nullopt;
}

std::optional<cut_reason> frame_guard::check_first_handshake() const {
  if (fields_.operation != (side_ == connection_side::accepted ? client_handshake : server_handshake))
    return cut_reason::no_handshake;
  if (fields_.flags != 0)
    return cut_reason::malformed_header;
  // That of a client has no version.
  if (fields_.data != (side_ == connection_side::accepted ? 0 : format_.version))
    return cut_reason::other_version;
  return std::nullopt;
}

std::optional<cut_reason> frame_guard::check_message() const {
  if (fields_.flags > named_receiver || fields_.target == 0)
    return cut_reason::malformed_header;
  if ((fields_.data >> category_shift & category_mask) > category_max)
    return cut_reason::stream_message;
  return check_payload_size();
}

std::optional<cut_reason> frame_guard::check_payload_size() const {
  const auto size = fields_.size;
  if (size == 0)
    return cut_reason::payload_missing;
  if (size > payload_bytes_max_)
    return cut_reason::payload_too_large;
  return std::nullopt;
}

std::optional<cut_reason> frame_guard::check_begin_of_payload() const {
  auto rest = std::string_view{begin_};
  if (fields_.operation == routed_message) {
    // From whom it comes, which may be nobody, and to whom it goes.
    for (auto i = 0; i < 2; ++i) {
      if (!is_id(rest))
        return cut_reason::no_node_id;
      rest.remove_prefix(format_.id_size);
    }
  }
  if (rest.empty() || rest.front() != 0)
    return cut_reason::forwarding_stages;
  return std::nullopt;
}

std::optional<cut_reason> frame_guard::end_handshake() {
  if (has_shaken_hands_) {
    has_selected_ = true;
    return begin_ == handshake_ ? std::nullopt : std::optional{cut_reason::second_handshake};
  }
  if (!is_id(begin_))
    return cut_reason::no_node_id;
  has_shaken_hands_ = true;
  node_id_ = begin_.substr(0, format_.id_size);
  // Only a client shakes hands twice.
  if (side_ == connection_side::accepted)
    handshake_ = std::move(begin_);
  begin_ = {};
  return std::nullopt;
}

bool frame_guard::is_id(std::string_view bytes) const {
  if (bytes.size() < format_.id_size)
    return false;
  const auto tag = std::as_bytes(std::span{bytes}).first(format_.id_tag_size);
  const auto process = bytes.substr(format_.id_tag_size, process_id_size);
  const auto host =
    bytes.substr(format_.id_tag_size + process_id_size, format_.id_size - format_.id_tag_size - process_id_size);
  const auto is_set = [](std::string_view part) {
    return std::any_of(part.begin(), part.end(), [](char c) { return c != 0; });
  };
  return std::equal(tag.begin(), tag.end(), format_.id_tag.begin()) && is_set(process) && is_set(host);
}

bool frame_guard::is_handshake() const {
  return fields_.operation <= client_handshake;
}

} // namespace ariadne
