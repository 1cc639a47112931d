// The frame guard: what it answers does not depend on how the bytes are divided; it lets only frames pass that CAF can
// take, which are looked at again here, in another way; after a cut nothing passes; and it allocates for no more than a
// handshake.

#include "actors/network/frame_guard.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/finding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

using namespace ariadne;
using ariadne::fuzz::allocation_meter;
using ariadne::fuzz::require;

namespace {

constexpr std::size_t payload_bytes_max = 1 << 16;

const basp_format format{.version = 6, .id_tag = {std::byte{7}}, .id_tag_size = 1, .id_size = 9, .has_stages = true};

std::uint64_t number(std::span<const std::byte> bytes) {
  std::uint64_t result = 0;
  for (const auto byte : bytes)
    result = result << 8 | std::to_integer<std::uint64_t>(byte);
  return result;
}

/// CAF must be able to take these.
void check_passed(std::span<const std::byte> bytes, connection_side side) {
  auto handshakes = 0;
  for (auto is_first = true; bytes.size() >= frame_guard::header_size; is_first = false) {
    const auto header = bytes.first(frame_guard::header_size);
    const auto operation = number(header.first(1));
    const auto size = number(header.subspan(4, 4));
    require(operation <= 6, "an unknown operation passes");
    if (operation <= 1) {
      require(operation == (side == connection_side::accepted ? 1u : 0u), "a handshake of the wrong side passes");
      require(size > 0 && size <= frame_guard::handshake_bytes_max, "a handshake of a wrong size passes");
      ++handshakes;
    }
    require(!is_first || operation <= 1, "something else than a handshake passes first");
    require(handshakes <= (side == connection_side::accepted ? 2 : 1), "too many handshakes pass");
    require(size <= payload_bytes_max, "too large a payload passes");
    if (operation >= 2 && operation <= 5)
      require(size > 0, "a message without content passes");
    if (operation == 2 || operation == 3)
      require((number(header.subspan(8, 8)) >> 60 & 3) <= 1, "a message of a stream passes");
    bytes = bytes.subspan(frame_guard::header_size);
    if (operation == 2 && !bytes.empty())
      require(bytes.front() == std::byte{0}, "stages pass");
    bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), size));
  }
}

std::optional<cut_reason> take_in_pieces(frame_guard& guard, std::span<const std::byte> bytes, std::size_t piece) {
  std::optional<cut_reason> result;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(piece, bytes.size()));
    const auto was_cut = result;
    result = guard.take(part);
    require(!was_cut || result == was_cut, "something passes after a cut");
    bytes = bytes.subspan(part.size());
  }
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  const auto side = (data[0] & 1) != 0 ? connection_side::accepted : connection_side::opened;
  const auto piece = std::size_t{data[1]} % 67 + 1;
  const auto bytes = std::as_bytes(std::span{data + 2, size - 2});
  frame_guard whole{side, format, payload_bytes_max};
  frame_guard divided{side, format, payload_bytes_max};
  std::optional<cut_reason> at_once;
  std::size_t peak = 0;
  {
    allocation_meter meter;
    at_once = whole.take(bytes);
    peak = meter.peak();
  }
  require(peak <= 4 * frame_guard::handshake_bytes_max, "the guard holds more than handshakes");
  require(take_in_pieces(divided, bytes, piece) == at_once, "what passes depends on how the bytes are divided");
  require(whole.has_shaken_hands() == divided.has_shaken_hands(), "the handshake depends on how the bytes are divided");
  if (!at_once)
    check_passed(bytes, side);
  else
    require(!describe(*at_once).empty(), "a cut has no reason");
  return 0;
}
