#include "actors/snapshot.hpp"

#include "actors/internal/snapshot_view.hpp"
#include "crdt/printable_text.hpp"
#include "crdt/wire.hpp"

#include <fmt/format.h>

#include <limits>

namespace ariadne {

namespace {

/// The first byte of an encoded snapshot.
constexpr std::uint8_t snapshot_layout = 1;

/// What stands before the bytes of the state.
std::string encode_head(const snapshot& state, std::uint64_t bytes) {
  crdt::wire_writer out;
  out.byte(snapshot_layout);
  out.string(state.type_name);
  out.varint(state.schema_version);
  out.varint(bytes);
  return out.take();
}

} // namespace

caf::expected<snapshot> upgrade_registry::take_step(const steps& known, const snapshot& state, std::uint32_t version) {
  const auto step = known.find({state.type_name, state.schema_version});
  if (step == known.end())
    return make_error(ec::no_upgrade,
                      fmt::format("{} of version {}, while version {} is wanted",
                                  crdt::escaped_briefly(state.type_name), state.schema_version, version));
  return step->second(state);
}

caf::expected<snapshot> upgrade_registry::upgrade(snapshot state, std::uint32_t version) const {
  while (state.schema_version < version) {
    auto next = take_step(steps_up_, state, version);
    if (!next)
      return next;
    state = std::move(*next);
  }
  return state;
}

caf::expected<snapshot> upgrade_registry::downgrade(snapshot state, std::uint32_t version) const {
  while (state.schema_version > version) {
    auto next = take_step(steps_down_, state, version);
    if (!next)
      return next;
    state = std::move(*next);
  }
  return state;
}

crdt::bytes_builder begin_encoding(const snapshot& state, std::uint64_t bytes) {
  const auto head = encode_head(state, bytes);
  crdt::bytes_builder result{head.size() + bytes};
  result.append(head);
  return result;
}

std::string encode_snapshot(const snapshot& state) {
  return encode_head(state, state.bytes.size()) + state.bytes;
}

caf::expected<snapshot_view> view_snapshot(std::string_view bytes) {
  crdt::wire_reader in{bytes};
  const auto layout = in.byte();
  const auto type_name = in.string();
  const auto version = in.varint();
  const auto value = in.string();
  if (!in.failure().empty() || in.remaining() != 0 || layout != snapshot_layout
      || version > std::numeric_limits<std::uint32_t>::max())
    return make_error(ec::snapshot_damaged, "what is stored under the key is no snapshot");
  return snapshot_view{type_name, static_cast<std::uint32_t>(version), value};
}

caf::expected<snapshot> decode_snapshot(std::string_view bytes) {
  const auto found = view_snapshot(bytes);
  if (!found)
    return found.error();
  return snapshot{std::string{found->type_name}, found->schema_version, std::string{found->bytes}};
}

namespace detail {

caf::error check_type(const snapshot& state, std::string_view type_name, std::uint32_t version) {
  if (state.type_name != type_name)
    return make_error(ec::type_mismatch,
                      fmt::format("{} instead of {}", crdt::escaped_briefly(state.type_name), type_name));
  if (state.schema_version > version)
    return make_error(ec::newer_version, fmt::format("{} of version {}, while this program knows version {}", type_name,
                                                     state.schema_version, version));
  return {};
}

caf::error damaged(const snapshot& state) {
  return make_error(ec::snapshot_damaged, fmt::format("{} bytes are not a {} of version {}", state.bytes.size(),
                                                      crdt::escaped_briefly(state.type_name), state.schema_version));
}

} // namespace detail

} // namespace ariadne
