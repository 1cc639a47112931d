#include "actors/network/frame_guard.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test::frame_guard_test {

namespace {

/// The suite hides its name.
using guard_of_frames = frame_guard;

constexpr std::size_t payload_max = 1000;
constexpr std::uint64_t version = 6;
constexpr std::uint64_t normal = std::uint64_t{1} << 60;

/// Those of CAF.
enum operation : std::uint8_t {
  server_handshake,
  client_handshake,
  direct_message,
  routed_message,
  monitor_message,
  down_message,
  heartbeat,
};

basp_format format(bool has_stages = true) {
  return {
    .version = version, .id_tag = {std::byte{7}}, .id_tag_size = 1, .id_size = 1 + 4 + 20, .has_stages = has_stages};
}

struct frame {
  std::uint8_t operation = 0;
  std::uint8_t flags = 0;
  std::uint64_t data = 0;
  std::uint64_t source = 0;
  std::uint64_t target = 0;
  std::string payload = {};
  /// If it is not that of the payload.
  std::optional<std::uint32_t> announced = {};
  std::uint8_t padding = 0;
};

std::string number(std::uint64_t value, int size) {
  std::string result;
  for (auto i = size - 1; i >= 0; --i)
    result += static_cast<char>(value >> 8 * i);
  return result;
}

std::string bytes_of(const frame& f) {
  const auto size = f.announced.value_or(static_cast<std::uint32_t>(f.payload.size()));
  return number(f.operation, 1) + number(f.padding, 2) + number(f.flags, 1) + number(size, 4) + number(f.data, 8)
         + number(f.source, 8) + number(f.target, 8) + f.payload;
}

std::string bytes_of(const std::vector<frame>& frames) {
  std::string result;
  for (const auto& f : frames)
    result += bytes_of(f);
  return result;
}

const std::string id = "\7" + std::string(4, 'p') + std::string(20, 'h');
const std::string other_id = "\7" + std::string(4, 'q') + std::string(20, 'h');
const std::string message = std::string{"\0message", 8};
const frame hello{.operation = client_handshake, .payload = id};
const frame selection{.operation = client_handshake, .flags = 2, .payload = id};
const frame answer{.operation = server_handshake, .data = version, .payload = id + "actors"};
const frame text{.operation = direct_message, .data = normal, .source = 3, .target = 4, .payload = message};

frame with_flags(frame f, std::uint8_t flags) {
  f.flags = flags;
  return f;
}

frame with_payload(frame f, std::string payload) {
  f.payload = std::move(payload);
  return f;
}

/// Takes the bytes in pieces of this size.
std::optional<cut_reason> take(guard_of_frames& guard, const std::string& bytes, std::size_t piece) {
  std::optional<cut_reason> result;
  for (std::size_t i = 0; i < bytes.size(); i += piece)
    result = guard.take(std::as_bytes(std::span{bytes}).subspan(i, std::min(piece, bytes.size() - i)));
  return result;
}

struct row {
  const char* what;
  connection_side side;
  std::vector<frame> frames;
  std::optional<cut_reason> expected;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
  return out << r.what;
}

constexpr auto accepted = connection_side::accepted;
constexpr auto opened = connection_side::opened;

std::vector<row> what_caf_sends() {
  const frame named{.operation = direct_message, .flags = 1, .data = normal, .target = 99, .payload = message};
  const frame urgent{.operation = direct_message, .data = 5, .source = 3, .target = 4, .payload = message};
  const frame response{.operation = direct_message, .data = 9ull << 60 | 5, .target = 4, .payload = message};
  const frame routed{
    .operation = routed_message, .data = normal, .source = 3, .target = 4, .payload = id + other_id + message};
  const frame monitor{.operation = monitor_message, .target = 4, .payload = id + other_id};
  const frame down{.operation = down_message, .source = 4, .payload = id + other_id + "reason"};
  const frame alive{.operation = heartbeat};
  return {
    {"a client", accepted, {hello}, {}},
    {"a client that selects", accepted, {hello, selection, text}, {}},
    {"a client that selects late", accepted, {hello, text, selection, text}, {}},
    {"a server", opened, {answer}, {}},
    {"all kinds from a client", accepted, {hello, named, urgent, response, routed, monitor, down, alive, text}, {}},
    {"all kinds from a server", opened, {answer, named, urgent, response, routed, monitor, down, alive, text}, {}},
    {"the largest message", accepted, {hello, with_payload(text, std::string(payload_max, '\0')), text}, {}},
    {"the largest handshake", opened, {with_payload(answer, id + std::string((64 << 10) - id.size(), 'x')), text}, {}},
  };
}

std::vector<row> what_caf_does_not_send() {
  using enum cut_reason;
  const frame nothing{.operation = client_handshake};
  const frame huge{.operation = direct_message, .data = normal, .target = 4, .announced = 0xffffffff};
  const auto invalid = [](frame f, std::uint64_t source, std::uint64_t target, std::uint64_t data) {
    f.source = source;
    f.target = target;
    f.data = data;
    return f;
  };
  const frame monitor{.operation = monitor_message, .target = 4, .payload = id + other_id};
  const frame down{.operation = down_message, .source = 4, .payload = id + other_id};
  return {
    {"an empty handshake of a client", accepted, {nothing}, handshake_without_payload},
    {"an empty handshake of a server", opened, {with_payload(answer, "")}, handshake_without_payload},
    {"a large handshake", accepted, {{.operation = 1, .announced = (64 << 10) + 1}}, handshake_too_large},
    {"4 GiB of handshake", opened, {{.operation = 0, .data = version, .announced = 0xffffffff}}, handshake_too_large},
    {"a message first", accepted, {text}, no_handshake},
    {"a heartbeat first", accepted, {{.operation = heartbeat}}, no_handshake},
    {"a server that connects", accepted, {answer}, no_handshake},
    {"a client that is connected to", opened, {hello}, no_handshake},
    {"another version", opened, {invalid(answer, 0, 0, version + 1)}, other_version},
    {"a client with a version", accepted, {invalid(hello, 0, 0, version)}, other_version},
    {"a handshake for an actor", accepted, {invalid(hello, 0, 4, 0)}, malformed_header},
    {"a handshake from an actor", accepted, {invalid(hello, 4, 0, 0)}, malformed_header},
    {"a selection first", accepted, {selection}, malformed_header},
    {"no id", accepted, {with_payload(hello, "x")}, no_node_id},
    {"an id of another kind", accepted, {with_payload(hello, "\6" + id.substr(1))}, no_node_id},
    {"an id without a process", accepted, {with_payload(hello, "\7" + std::string(4, 0) + id.substr(5))}, no_node_id},
    {"an id without a host", accepted, {with_payload(hello, id.substr(0, 5) + std::string(20, 0))}, no_node_id},
    {"half an id of a server", opened, {with_payload(answer, id.substr(0, 12))}, no_node_id},
    {"two handshakes", accepted, {hello, hello}, second_handshake},
    {"two handshakes of a server", opened, {answer, answer}, second_handshake},
    {"a selection from a server", opened, {answer, selection}, second_handshake},
    {"a selection of another node", accepted, {hello, with_payload(selection, other_id)}, second_handshake},
    {"a longer selection", accepted, {hello, with_payload(selection, id + "x")}, second_handshake},
    {"two selections", accepted, {hello, selection, selection}, second_handshake},
    {"an empty selection", accepted, {hello, with_payload(selection, "")}, handshake_without_payload},
    {"an unknown operation", accepted, {hello, {.operation = 7}}, unknown_operation},
    {"an unknown operation first", opened, {{.operation = 0xfa}}, unknown_operation},
    {"a farewell too late", accepted, {hello, {.operation = 0xfa}}, unknown_operation},
    {"a farewell", accepted, {{.operation = 0xfa}}, farewell},
    {"padding", accepted, {{.operation = client_handshake, .payload = id, .padding = 1}}, malformed_header},
    {"an unknown flag", accepted, {hello, with_flags(text, 4)}, malformed_header},
    {"a message that selects", accepted, {hello, with_flags(text, 2)}, malformed_header},
    {"a message for nobody", accepted, {hello, invalid(text, 3, 0, normal)}, malformed_header},
    {"upstream", accepted, {hello, invalid(text, 3, 4, std::uint64_t{2} << 60)}, stream_message},
    {"downstream", opened, {answer, invalid(text, 3, 4, std::uint64_t{3} << 60)}, stream_message},
    {"an answer upstream", opened, {answer, invalid(text, 3, 4, std::uint64_t{10} << 60)}, stream_message},
    {"stages", accepted, {hello, with_payload(text, "\1message")}, forwarding_stages},
    {"stages, routed",
     accepted,
     {hello, {.operation = routed_message, .data = normal, .target = 4, .payload = id + id + "\1"}},
     forwarding_stages},
    {"routed without ids",
     accepted,
     {hello, {.operation = routed_message, .data = normal, .target = 4, .payload = message}},
     no_node_id},
    {"routed, ends with the ids",
     accepted,
     {hello, {.operation = routed_message, .data = normal, .target = 4, .payload = id + id}},
     forwarding_stages},
    {"a message without content", accepted, {hello, with_payload(text, "")}, payload_missing},
    {"too large a message", accepted, {hello, with_payload(text, std::string(payload_max + 1, 0))}, payload_too_large},
    {"4 GiB", accepted, {hello, huge}, payload_too_large},
    {"4 GiB to monitor",
     accepted,
     {hello, {.operation = monitor_message, .target = 4, .announced = 0xffffffff}},
     payload_too_large},
    {"a monitor without content", accepted, {hello, with_payload(monitor, "")}, payload_missing},
    {"a monitor with an id", accepted, {hello, invalid(monitor, 0, 4, 1)}, malformed_header},
    {"down to an actor", accepted, {hello, invalid(down, 4, 4, 0)}, malformed_header},
    {"down of nobody", accepted, {hello, invalid(down, 0, 0, 0)}, malformed_header},
    {"a heartbeat with content", accepted, {hello, {.operation = heartbeat, .payload = "x"}}, malformed_header},
    {"a heartbeat of an actor", accepted, {hello, {.operation = heartbeat, .source = 1}}, malformed_header},
  };
}

const std::size_t pieces[] = {1, 7, 31, 32, 33, 1'000'000};

} // namespace

BOOST_AUTO_TEST_SUITE(frame_guard)

BOOST_DATA_TEST_CASE(what_caf_sends_passes, boost::unit_test::data::make(what_caf_sends()) * pieces, one, piece) {
  guard_of_frames guard{one.side, format(), payload_max};
  BOOST_TEST((take(guard, bytes_of(one.frames), piece) == one.expected));
  BOOST_TEST(guard.has_shaken_hands());
}

BOOST_DATA_TEST_CASE(anything_else_is_cut, boost::unit_test::data::make(what_caf_does_not_send()) * pieces, one,
                     piece) {
  guard_of_frames guard{one.side, format(), payload_max};
  const auto result = take(guard, bytes_of(one.frames), piece);
  BOOST_TEST((result == one.expected), (result ? describe(*result) : "it passes"));
  // Nothing passes after it, not even what would have passed at first.
  BOOST_TEST((take(guard, bytes_of(one.side == accepted ? hello : answer), piece) == one.expected));
}

BOOST_AUTO_TEST_CASE(a_message_is_cut_before_any_of_its_payload_has_come) {
  guard_of_frames guard{accepted, format(), payload_max};
  BOOST_TEST(!take(guard, bytes_of(hello), 1));
  auto large = text;
  large.payload.clear();
  large.announced = payload_max + 1;
  BOOST_TEST((take(guard, bytes_of(large), 32) == cut_reason::payload_too_large));
}

BOOST_AUTO_TEST_CASE(half_a_handshake_is_none) {
  guard_of_frames guard{accepted, format(), payload_max};
  auto bytes = bytes_of(hello);
  bytes.pop_back();
  BOOST_TEST(!take(guard, bytes, 5));
  BOOST_TEST(!guard.has_shaken_hands());
}

BOOST_AUTO_TEST_CASE(where_messages_have_no_stages_their_content_is_not_looked_into) {
  guard_of_frames guard{accepted, format(false), payload_max};
  const frame routed{.operation = routed_message, .data = normal, .target = 4, .payload = "\1"};
  BOOST_TEST(!take(guard, bytes_of({hello, with_payload(text, "\1message"), routed, text}), 3));
}

BOOST_AUTO_TEST_CASE(every_reason_has_words) {
  for (auto reason = 0; reason <= static_cast<int>(cut_reason::payload_too_large); ++reason)
    BOOST_TEST(describe(static_cast<cut_reason>(reason)).starts_with("it"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::frame_guard_test
