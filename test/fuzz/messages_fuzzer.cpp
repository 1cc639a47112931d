// What a limited client sends after its handshake, frame by frame: nothing passes that is not from the client's own
// node, that its role does not have, that names a key which is not one of its own, or that could be taken for a message
// of this process. Looked at again here, in another way.

#include "actors/network/client_guard.hpp"
#include "actors/network/message_rules.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/finding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

using namespace ariadne;
using ariadne::fuzz::allocation_meter;
using ariadne::fuzz::require;

namespace {

constexpr std::size_t id_size = 9;
const std::string client_id = "\7cccchhhh";
const std::string own_id = "\7nnnnhhhh";

/// A message as 0.17 or 1.x writes it, of these types, which begins with an atom.
std::string sample(std::string_view types, std::string_view content, bool has_names) {
  std::string result = has_names ? std::string(2, '\0') : std::string{};
  result.push_back(static_cast<char>(has_names ? types.size() : types.size() / 2));
  return result.append(types).append(content);
}

struct edition {
  explicit edition(bool has_names)
    : format{.version = 6, .id_tag = {std::byte{7}}, .id_tag_size = 1, .id_size = id_size, .has_stages = has_names},
      request(has_names ? sample("@<>+@atom+@str", "keysatom", true) : sample("\1\1\0\2", "", false)),
      watch(has_names ? sample("@<>+@atom+w", "watchato", true) : sample("\1\2\0\3", "", false)),
      answers{has_names ? sample("@<>", "", true) : std::string(1, '\0'),
              has_names ? sample("@<>+@error", std::string(15, 'e'), true)
                        : sample("\0\x09", std::string(5, 'e'), false)},
      content{has_names,
              has_names ? decltype(content_rules::never){"@exit"}
                        : decltype(content_rules::never){std::string("\0\7", 2)},
              has_names ? decltype(content_rules::nesting){"@error"}
                        : decltype(content_rules::nesting){std::string("\0\x09", 2)}} {
    rules.allow(request, has_names, true, false, request_subject::key);
    rules.allow(watch, has_names, true, true);
  }

  basp_format format;
  std::string request;
  std::string watch;
  plain_answers answers;
  content_rules content;
  request_rules rules;
};

/// Whether CAF reads a text from these bytes that begins as the client's keys do.
bool begins_with_own_key(std::string_view bytes) {
  std::uint32_t size = 0;
  for (unsigned shift = 0; !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (shift < 32)
      size |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return size <= bytes.size() && bytes.substr(0, size).starts_with("sh");
  }
  return false;
}

void check_passed(const basp_frame& frame, const edition& of, bool is_answer_awaited) {
  const auto message = message_of(frame, of.format);
  switch (frame.operation) {
    case 2: {
      require((frame.flags & 1) == 0, "a message to a name passes");
      if (frame.data >> 63 != 0) {
        require(is_answer_awaited, "an answer passes that nobody waits for");
        require(message.size() <= of.answers.error.size(), "an answer with content passes");
        return;
      }
      require(frame.source != 0, "a message of nobody passes");
      const auto is_watch = message.starts_with(of.watch);
      require(is_watch || message.starts_with(of.request), "a clause passes that the role does not have");
      require(!is_watch || message.ends_with(client_id), "a handle of another node passes");
      require(is_watch || begins_with_own_key(message.substr(of.request.size())), "a key of another client passes");
      return;
    }
    case 3:
      require(false, "a routed message passes");
      return;
    case 4:
      require(frame.payload == client_id + own_id, "a monitor of another node passes");
      return;
    case 5:
      require(frame.payload.starts_with(client_id + own_id) && frame.payload.size() <= 2 * id_size + 64,
              "a farewell of another node passes");
      return;
    default:
      return;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const edition named{true};
  static const edition numbered{false};
  if (size < 2 + frame_guard::header_size)
    return 0;
  const auto& of = (data[0] & 1) != 0 ? named : numbered;
  const auto asks = (data[0] & 2) != 0;
  const auto header = std::as_bytes(std::span{data + 2, size - 2}).first<frame_guard::header_size>();
  const std::string_view payload{reinterpret_cast<const char*>(data) + 2 + frame_guard::header_size,
                                 size - 2 - frame_guard::header_size};
  const auto frame = read_frame(header, payload);
  static const auto limits = std::make_shared<const client_prefixes>(client_prefixes::table{{"shop", {"sh"}}});
  client_guard guard{of.rules, of.answers, of.format, client_id, own_id, {limits, "shop"}};
  constexpr std::uint64_t number_mask = (std::uint64_t{1} << 60) - 1;
  const auto number = frame.data & number_mask;
  if (asks && number != 0) {
    auto request = refusal_of({.data = number, .source = 1, .target = frame.target}, "x", of.format.has_stages);
    request[8] &= '\x7f';
    guard.note_sent(request);
  }
  std::size_t peak = 0;
  frame_judgement judgement;
  {
    allocation_meter meter;
    static_cast<void>(objection_to(message_of(frame, of.format), of.content));
    judgement = guard.judge(frame);
    peak = meter.peak();
  }
  require(peak <= 4096, "judging takes memory");
  if (judgement.fate == frame_fate::pass)
    check_passed(frame, of, asks && number != 0);
  // What is sent is walked through without a step outside.
  guard.note_sent(payload);
  return 0;
}
