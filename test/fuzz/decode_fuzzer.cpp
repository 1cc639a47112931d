// The decoder of frames: whatever the bytes, it answers a message or an error, without a crash and within its memory;
// and what it has accepted means the same when it is written and read again.

#include "crdt/codec.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/finding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace ariadne::crdt;
using ariadne::fuzz::allocation_meter;
using ariadne::fuzz::require;

namespace {

/// What the decoder may hold besides twice the frame: the first table of replica ids, and what is beyond twice the ten
/// bytes that a value takes of which a hello tells.
constexpr std::size_t decoder_bytes_min = 256 + told_values_max * (sizeof(value_progress) - 20);

using keyed_registers = std::vector<std::pair<std::string, causal_register>>;

/// Builds the registers, and checks that they are what the decoder has said of them.
keyed_registers registers_of(const delta_view& view) {
  keyed_registers result;
  stamp stamp_max;
  std::size_t key_bytes_max = 0;
  std::size_t value_bytes_max = 0;
  view.for_each_register([&](std::string_view key, causal_register&& value, const auto&) {
    require(!key.empty(), "a key is empty");
    require(!value.context().empty(), "a register is empty");
    require(value.live_count() <= live_entries_max, "a register has too many live entries");
    key_bytes_max = std::max(key_bytes_max, key.size());
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      const auto& live = value.live(i);
      require(live.dot.counter != 0 && live.dot.replica.value != 0, "a live entry has no dot");
      stamp_max = std::max(stamp_max, live.stamp);
      value_bytes_max = std::max(value_bytes_max, live.value.size());
    }
    result.emplace_back(key, std::move(value));
  });
  require(result.size() == view.register_count, "the count of registers is wrong");
  require(view.key_bytes_max == key_bytes_max, "the size of the longest key is wrong");
  // Of two live entries with one dot, one is dropped.
  require(view.stamp_max >= stamp_max, "the greatest stamp is wrong");
  require(view.value_bytes_max >= value_bytes_max, "the size of the largest value is wrong");
  return result;
}

std::string write(const delta_view& view) {
  delta_writer out{view.header};
  for (const auto& [key, value] : registers_of(view))
    out.add(key, value);
  return out.finish(view.trailer);
}

template <class Message>
std::string write(const Message& message) {
  return encode(message);
}

std::string write(const message& any) {
  return std::visit([](const auto& one) { return write(one); }, any);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame{reinterpret_cast<const char*>(data), size};
  std::size_t peak = 0;
  auto decoded = [&] {
    allocation_meter meter;
    auto result = decode(frame);
    peak = meter.peak();
    return result;
  }();
  require(peak <= 2 * size + decoder_bytes_min, "the decoder holds more than twice the frame");
  if (!decoded) {
    require(!decoded.error().what.empty() && decoded.error().offset <= size, "an error says nothing");
    return 0;
  }
  const auto written = write(*decoded);
  const auto again = decode(written);
  require(again.has_value(), "what has been read and written cannot be read");
  require(write(*again) == written, "what has been read and written is read otherwise");
  return 0;
}
