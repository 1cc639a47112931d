#include "crdt/codec.hpp"

#include <algorithm>

namespace ariadne::crdt {

namespace {

enum class kind : std::uint8_t { hello = 1, delta, ack, sources, heartbeat, refusal, piece, arrival };

void write(wire_writer& out, const clock_reading& said) {
  out.varint(said.wall_ms);
  out.varint(said.believed_ms);
}

clock_reading read_clock(wire_reader& in) {
  clock_reading said;
  said.wall_ms = in.varint();
  said.believed_ms = in.varint();
  return said;
}

wire_writer begin(kind k, std::uint32_t version) {
  wire_writer out;
  out.byte(static_cast<std::uint8_t>(version));
  out.byte(static_cast<std::uint8_t>(k));
  return out;
}

bool has_pieces(std::uint32_t version) {
  return version >= codec_version_with_pieces;
}

bool has_journals(std::uint32_t version) {
  return version >= codec_version_with_journals;
}

// The flags of a hello and of a delta.
constexpr std::uint8_t push_flag = 1;
constexpr std::uint8_t answer_wanted_flag = 2;
constexpr std::uint8_t full_state_wanted_flag = 4;
constexpr std::uint8_t retired_flag = 8;
constexpr std::uint8_t journal_flag = 16;
constexpr std::uint8_t full_state_flag = 1;

// The flags of an arrival.
constexpr std::uint8_t of_piece_flag = 1;
constexpr std::uint8_t has_added_flag = 2;

hello decode_hello(wire_reader& in, std::uint32_t version) {
  hello message;
  auto flags = in.byte();
  const auto known_flags =
    push_flag | answer_wanted_flag | full_state_wanted_flag | retired_flag | (has_journals(version) ? journal_flag : 0);
  if (flags > known_flags)
    in.fail("a hello has unknown flags");
  message.push = (flags & push_flag) != 0;
  message.answer_wanted = (flags & answer_wanted_flag) != 0;
  message.full_state_wanted = (flags & full_state_wanted_flag) != 0;
  message.has_journal = (flags & journal_flag) != 0;
  message.cluster = in.string();
  message.node = in.string();
  message.id = in.replica();
  message.stream = in.varint();
  message.vector = in.vector();
  message.forgotten = in.vector();
  message.retired_digest = in.fixed64();
  if ((flags & retired_flag) != 0)
    message.retired = in.vector();
  message.clock = read_clock(in);
  if (!has_pieces(version))
    return message;
  auto left = in.varint();
  if (left > told_values_max)
    in.fail("a hello names too many values");
  // Each takes ten bytes or more.
  else
    message.values.reserve(std::min<std::size_t>(left, in.remaining() / 10));
  for (; left > 0 && in.failure().empty(); --left) {
    const value_progress told{in.whole_dot(), in.varint()};
    // One more after the last would make the vector grow to twice its size.
    if (in.failure().empty())
      message.values.push_back(told);
  }
  if (has_journals(version))
    message.durable = in.vector();
  if (!message.has_journal && !message.durable.empty())
    in.fail("a hello says what is durable without a journal");
  return message;
}

ack decode_ack(wire_reader& in, std::uint32_t version) {
  ack message;
  message.stream = in.varint();
  message.number = in.varint();
  message.vector = in.vector();
  if (has_pieces(version))
    message.arrived = in.varint();
  if (has_journals(version))
    message.durable = in.vector();
  return message;
}

sources decode_sources(wire_reader& in) {
  sources message;
  auto left = in.varint();
  if (left > in.remaining() / 8)
    in.fail("a count is higher than the frame has room for");
  else
    message.ids.reserve(left);
  for (; left > 0 && in.failure().empty(); --left)
    message.ids.push_back(in.replica());
  return message;
}

heartbeat decode_heartbeat(wire_reader& in) {
  heartbeat message;
  message.vector_digest = in.fixed64();
  message.fingerprint.low = in.fixed64();
  message.fingerprint.high = in.fixed64();
  auto ahead = in.byte();
  if (ahead > 1)
    in.fail("a heartbeat has unknown flags");
  message.ahead = ahead == 1;
  message.clock = read_clock(in);
  message.refused = in.varint();
  message.refused_because = in.string();
  return message;
}

refusal decode_refusal(wire_reader& in) {
  refusal message;
  auto code = in.byte();
  if (code < static_cast<std::uint8_t>(refusal_code::malformed)
      || code > static_cast<std::uint8_t>(refusal_code::over_limit))
    in.fail("a refusal has an unknown code");
  message.code = static_cast<refusal_code>(code);
  message.reason = in.string();
  return message;
}

piece decode_piece(wire_reader& in) {
  piece message;
  message.stream = in.varint();
  message.number = in.varint();
  message.dot = in.whole_dot();
  message.length = in.varint();
  message.offset = in.varint();
  message.bytes = in.string();
  if (message.length > value_bytes_limit)
    in.fail("the length of a value is out of range");
  if (message.bytes.empty() || message.offset > message.length
      || message.bytes.size() > message.length - message.offset)
    in.fail("a piece does not lie within its value");
  return message;
}

arrival decode_arrival(wire_reader& in) {
  arrival message;
  message.stream = in.varint();
  message.arrived = in.varint();
  const auto flags = in.byte();
  if (flags > (of_piece_flag | has_added_flag) || flags == has_added_flag)
    in.fail("an arrival has unknown flags");
  message.has_added = (flags & has_added_flag) != 0;
  if ((flags & of_piece_flag) != 0) {
    message.value.dot = in.whole_dot();
    message.value.bytes = in.varint();
  }
  return message;
}

} // namespace

struct delta_decoder {
  static delta_view decode(wire_reader& in) {
    delta_view message;
    auto flags = in.byte();
    if (flags > full_state_flag)
      in.fail("a delta has unknown flags");
    message.header.full_state = (flags & full_state_flag) != 0;
    message.header.stream = in.varint();
    message.header.number = in.varint();
    message.header.base = in.vector();
    const auto begin = in.offset();
    // An empty key ends the registers.
    for (auto key = in.string(); !key.empty() && in.failure().empty(); key = in.string()) {
      auto shape = in.skip_register();
      ++message.register_count;
      message.stamp_max = std::max(message.stamp_max, shape.stamp_max);
      message.key_bytes_max = std::max(message.key_bytes_max, key.size());
      message.value_bytes_max = std::max(message.value_bytes_max, shape.value_bytes_max);
    }
    message.registers_ = in.since(begin);
    auto last = in.byte();
    if (last > 1)
      in.fail("a delta has an unknown ending");
    message.trailer.last = last == 1;
    message.trailer.cut = in.last_dots();
    message.trailer.forgotten = in.vector();
    return message;
  }
};

std::string encode(const hello& message, std::uint32_t version) {
  auto out = begin(kind::hello, version);
  out.byte((message.push ? push_flag : 0) | (message.answer_wanted ? answer_wanted_flag : 0)
           | (message.full_state_wanted ? full_state_wanted_flag : 0) | (message.retired ? retired_flag : 0)
           | (message.has_journal && has_journals(version) ? journal_flag : 0));
  out.string(message.cluster);
  out.string(message.node);
  out.fixed64(message.id.value);
  out.varint(message.stream);
  out.vector(message.vector);
  out.vector(message.forgotten);
  out.fixed64(message.retired_digest);
  if (message.retired)
    out.vector(*message.retired);
  write(out, message.clock);
  if (!has_pieces(version))
    return out.take();
  const auto told = std::min(message.values.size(), told_values_max);
  out.varint(told);
  for (std::size_t i = 0; i < told; ++i) {
    out.whole_dot(message.values[i].dot);
    out.varint(message.values[i].bytes);
  }
  if (has_journals(version))
    out.vector(message.durable);
  return out.take();
}

std::string encode(const ack& message, std::uint32_t version) {
  auto out = begin(kind::ack, version);
  out.varint(message.stream);
  out.varint(message.number);
  out.vector(message.vector);
  if (has_pieces(version))
    out.varint(message.arrived);
  if (has_journals(version))
    out.vector(message.durable);
  return out.take();
}

std::string encode(const sources& message, std::uint32_t version) {
  auto out = begin(kind::sources, version);
  out.varint(message.ids.size());
  for (auto id : message.ids)
    out.fixed64(id.value);
  return out.take();
}

std::string encode(const heartbeat& message, std::uint32_t version) {
  auto out = begin(kind::heartbeat, version);
  out.fixed64(message.vector_digest);
  out.fixed64(message.fingerprint.low);
  out.fixed64(message.fingerprint.high);
  out.byte(message.ahead ? 1 : 0);
  write(out, message.clock);
  out.varint(message.refused);
  out.string(message.refused_because);
  return out.take();
}

std::string encode(const refusal& message, std::uint32_t version) {
  auto out = begin(kind::refusal, version);
  out.byte(static_cast<std::uint8_t>(message.code));
  out.string(message.reason);
  return out.take();
}

std::string encode(const piece& message, std::uint32_t version) {
  auto out = begin(kind::piece, version);
  out.varint(message.stream);
  out.varint(message.number);
  out.whole_dot(message.dot);
  out.varint(message.length);
  out.varint(message.offset);
  out.string(message.bytes);
  return out.take();
}

std::string encode(const arrival& message, std::uint32_t version) {
  auto out = begin(kind::arrival, version);
  out.varint(message.stream);
  out.varint(message.arrived);
  const auto is_of_piece = message.value.dot.counter != 0;
  out.byte((is_of_piece ? of_piece_flag : 0) | (message.has_added ? has_added_flag : 0));
  if (is_of_piece) {
    out.whole_dot(message.value.dot);
    out.varint(message.value.bytes);
  }
  return out.take();
}

delta_writer::delta_writer(const delta_header& header, std::uint32_t version) : out_(begin(kind::delta, version)) {
  out_.permit_references(has_pieces(version));
  out_.byte(header.full_state ? full_state_flag : 0);
  out_.varint(header.stream);
  out_.varint(header.number);
  out_.vector(header.base);
}

std::string delta_writer::finish(const delta_trailer& trailer) {
  out_.string({});
  out_.byte(trailer.last ? 1 : 0);
  out_.dots(trailer.cut);
  out_.vector(trailer.forgotten);
  return out_.take();
}

std::string to_string(const decode_error& error) {
  return std::string{error.what} + " (at byte " + std::to_string(error.offset) + ')';
}

tl::expected<message, decode_error> decode(std::string_view frame) {
  wire_reader in{frame};
  const auto version = in.byte();
  if (in.failure().empty() && !codec_versions.contains(version))
    return tl::unexpected{decode_error{refusal_code::unknown_version, "the version of the format is unknown", 0}};
  in.permit_references(has_pieces(version));
  message result;
  const auto what = static_cast<kind>(in.byte());
  if ((what == kind::piece || what == kind::arrival) && !has_pieces(version))
    in.fail("the kind of message is unknown");
  switch (what) {
    case kind::hello:
      result = decode_hello(in, version);
      break;
    case kind::delta:
      result = delta_decoder::decode(in);
      break;
    case kind::ack:
      result = decode_ack(in, version);
      break;
    case kind::sources:
      result = decode_sources(in);
      break;
    case kind::heartbeat:
      result = decode_heartbeat(in);
      break;
    case kind::refusal:
      result = decode_refusal(in);
      break;
    case kind::piece:
      result = decode_piece(in);
      break;
    case kind::arrival:
      result = decode_arrival(in);
      break;
    default:
      in.fail("the kind of message is unknown");
  }
  if (in.failure().empty() && in.remaining() > 0)
    in.fail("bytes follow the end of the message");
  if (!in.failure().empty())
    return tl::unexpected{decode_error{refusal_code::malformed, in.failure(), in.offset()}};
  return result;
}

} // namespace ariadne::crdt
