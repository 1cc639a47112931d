#include "session/session_record.hpp"

#include "session/epoch_reserve.hpp"
#include "session/reserved_keys.hpp"
#include "session/session_wire.hpp"

#include <algorithm>

namespace ariadne::session {

namespace {

constexpr std::uint8_t record_format = 1;

static_assert(map_key_prefix.starts_with(reserved_key_prefix));

bool is_name(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max
         && std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

} // namespace

bool is_valid_kind(std::string_view kind) {
  return is_name(kind, kind_bytes_max) && kind.find('/') == std::string_view::npos;
}

bool is_valid(const session_key& key) {
  return is_valid_kind(key.kind) && is_name(key.id, id_bytes_max);
}

std::string describe_key(std::string_view key) {
  const auto session = session_key_from(key);
  if (session)
    return "session " + session->kind + "/" + session->id;
  const auto node = reserving_node(key);
  return node ? "epochs of node " + *node : std::string{key};
}

std::string to_map_key(const session_key& key) {
  std::string result{map_key_prefix};
  result += key.kind;
  result += '/';
  result += key.id;
  return result;
}

std::optional<session_key> session_key_from(std::string_view map_key) {
  if (!map_key.starts_with(map_key_prefix))
    return std::nullopt;
  map_key.remove_prefix(map_key_prefix.size());
  const auto slash = map_key.find('/');
  if (slash == std::string_view::npos)
    return std::nullopt;
  session_key key{std::string{map_key.substr(0, slash)}, std::string{map_key.substr(slash + 1)}};
  if (!is_valid(key))
    return std::nullopt;
  return key;
}

std::string encode(const session_record& record) {
  crdt::wire_writer out;
  out.byte(record_format);
  out.byte(static_cast<std::uint8_t>(record.phase));
  out.varint(record.epoch);
  out.varint(record.revision);
  write(out, record.owner);
  write(out, record.target);
  write(out, record.state);
  return out.take();
}

decoded_record decode_record(std::string_view value) {
  crdt::wire_reader in{value};
  if (in.byte() > record_format)
    return {std::nullopt, record_error::unknown_format};
  session_record record;
  const auto phase = in.byte();
  if (phase < static_cast<std::uint8_t>(session_phase::running)
      || phase > static_cast<std::uint8_t>(session_phase::stopped))
    in.fail("the phase is unknown");
  record.phase = static_cast<session_phase>(phase);
  record.epoch = in.varint();
  record.revision = in.varint();
  record.owner = read_host(in);
  record.target = read_host(in);
  record.state = read_state(in);
  if (!in.failure().empty() || in.remaining() != 0 || record.epoch == 0 || record.owner.incarnation == 0)
    return {std::nullopt, record_error::damaged};
  return {std::move(record), {}};
}

} // namespace ariadne::session
