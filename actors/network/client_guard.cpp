#include "actors/network/client_guard.hpp"

#include "actors/network/basp_header.hpp"

#include <algorithm>
#include <utility>

namespace ariadne {

namespace {

using namespace basp;

// What the id of a message says.
constexpr std::uint64_t response_flag = std::uint64_t{1} << 63;
constexpr std::uint64_t number_mask = (std::uint64_t{1} << 60) - 1;

/// Why an actor has ended: an error without content.
constexpr std::size_t reason_bytes_max = 64;

template <std::size_t Size>
std::uint64_t number(std::string_view bytes, std::size_t offset) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < Size; ++i)
    result = result << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return result;
}

template <std::size_t Size>
void append_number(std::string& bytes, std::uint64_t value) {
  for (auto i = Size; i > 0; --i)
    bytes.push_back(static_cast<char>(value >> (i - 1) * 8));
}

} // namespace

basp_frame read_frame(std::span<const std::byte, frame_guard::header_size> header, std::string_view payload) {
  const std::string_view bytes{reinterpret_cast<const char*>(header.data()), header.size()};
  return {number<1>(bytes, 0),  number<1>(bytes, 3),  number<8>(bytes, 8),
          number<8>(bytes, 16), number<8>(bytes, 24), payload};
}

std::string_view message_of(const basp_frame& frame, const basp_format& format) {
  if (frame.operation != direct_message && frame.operation != routed_message)
    return {};
  const auto ids = frame.operation == routed_message ? 2 * format.id_size : 0;
  const auto begin = ids + (format.has_stages ? 1 : 0);
  return begin < frame.payload.size() ? frame.payload.substr(begin) : std::string_view{};
}

client_guard::client_guard(const request_rules& rules, const plain_answers& answers, const basp_format& format,
                           std::string client_id, std::string own_id, client_limit limit)
  : rules_(rules), answers_(answers), format_(format), client_id_(std::move(client_id)), own_id_(std::move(own_id)),
    limit_(std::move(limit)) {}

frame_judgement client_guard::judge(const basp_frame& frame) {
  switch (frame.operation) {
    case direct_message:
      return judge_message(frame);
    case routed_message:
      return {frame_fate::drop};
    case monitor_message:
      return judge_about_actor(frame, 0);
    case down_message:
      return judge_about_actor(frame, reason_bytes_max);
    default:
      // Handshakes and heartbeats are the frame guard's.
      return {};
  }
}

frame_judgement client_guard::judge_message(const basp_frame& frame) {
  if ((frame.flags & named_receiver) != 0)
    return {frame_fate::drop};
  const auto message = message_of(frame, format_);
  if ((frame.data & response_flag) != 0) {
    if (asked_.erase({frame.target, frame.data & number_mask}) == 0)
      return {frame_fate::drop, "it sends an answer that nobody has asked for"};
    const auto is_error =
      message.size() == answers_.error.size()
      && first_type_of(message, format_.has_stages) == first_type_of(answers_.error, format_.has_stages);
    if (message == answers_.empty || is_error)
      return {};
    return {frame_fate::drop, "it sends an answer with content"};
  }
  if (frame.source == 0)
    return {frame_fate::drop, "it sends a message of nobody"};
  return judge_request(message, (frame.data & number_mask) != 0);
}

frame_judgement client_guard::judge_request(std::string_view message, bool is_answered) const {
  const auto otherwise = [is_answered](frame_fate fate) { return is_answered ? fate : frame_fate::drop; };
  const auto request = rules_.find(message);
  if (!request)
    return {otherwise(frame_fate::refuse), "it sends what its role does not permit"};
  if (request->ends_with_handle && !message.ends_with(client_id_))
    return {otherwise(frame_fate::refuse), "it sends the handle of an actor that is not its own"};
  if (!may_name(*request))
    return {otherwise(frame_fate::refuse_name), "it names what begins with none of its prefixes"};
  return {};
}

bool client_guard::may_name(const allowed_request& request) const {
  if (request.subject == request_subject::nothing)
    return true;
  const auto prefixes = limit_.now();
  if (!prefixes)
    return true;
  const auto name =
    request.subject == request_subject::every_session ? std::optional{std::string_view{}} : name_in(request);
  return name && prefixes->cover(*name);
}

frame_judgement client_guard::judge_about_actor(const basp_frame& frame, std::size_t bytes_max) const {
  const auto ids = client_id_ + own_id_;
  if (frame.payload.starts_with(ids) && frame.payload.size() <= ids.size() + bytes_max)
    return {};
  return {frame_fate::drop, "it speaks for a node that it is not"};
}

void client_guard::note_sent(std::string_view frames) {
  while (frames.size() >= frame_guard::header_size) {
    const auto operation = number<1>(frames, 0);
    const auto size = number<4>(frames, 4);
    const auto id = number<8>(frames, 8);
    const auto source = number<8>(frames, 16);
    if (operation == direct_message && (id & response_flag) == 0 && (id & number_mask) != 0) {
      if (asked_.size() >= requests_max)
        asked_.erase(asked_.begin());
      asked_.emplace(source, id & number_mask);
    }
    frames.remove_prefix(std::min<std::size_t>(frames.size(), frame_guard::header_size + size));
  }
}

std::string refusal_of(const basp_frame& request, std::string_view message, bool has_stages) {
  std::string result;
  append_number<1>(result, direct_message);
  append_number<3>(result, 0);
  append_number<4>(result, message.size() + (has_stages ? 1 : 0));
  append_number<8>(result, request.data | response_flag);
  append_number<8>(result, request.target);
  append_number<8>(result, request.source);
  if (has_stages)
    result.push_back('\0');
  return result.append(message);
}

} // namespace ariadne
