// The decoder of snapshots, and their way back into a value: what a session picks up may have been written by anyone.

#include "actors/snapshot.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/finding.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace ariadne;
using ariadne::fuzz::require;

namespace {

/// A value with all that the state of a session is made of.
struct labyrinth {
  std::string name;
  std::uint32_t round = 0;
  bool open = false;
  double odds = 0;
  std::vector<std::int32_t> path;
  std::vector<std::string> visitors;
  std::map<std::string, std::vector<std::int64_t>> rooms;
};

template <class Inspector>
auto inspect(Inspector& f, labyrinth& x) {
  return inspect_fields(f, "labyrinth", x.name, x.round, x.open, x.odds, x.path, x.visitors, x.rooms);
}

/// What a value may take for each byte that it is made from: an empty string in a vector takes one byte and becomes 32,
/// of which there may be twice as many while the vector grows, and three times.
constexpr std::size_t value_per_byte_max = 128;
constexpr std::size_t value_bytes_min = 4096;

} // namespace

template <>
struct ariadne::snapshot_traits<labyrinth> {
  static constexpr std::string_view type_name = "labyrinth";
  static constexpr std::uint32_t schema_version = 2;
};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto decoded = decode_snapshot(bytes);
  if (decoded) {
    const auto again = decode_snapshot(encode_snapshot(*decoded));
    require(again && again->type_name == decoded->type_name && again->schema_version == decoded->schema_version
              && again->bytes == decoded->bytes,
            "what has been read and written is read otherwise");
    (void)restore<labyrinth>(*decoded);
  }
  // Most inputs are no snapshot, but may be a value.
  const snapshot any{"labyrinth", 2, std::string{bytes}};
  fuzz::allocation_meter meter;
  const auto value = restore<labyrinth>(any);
  require(meter.peak() <= value_bytes_min + value_per_byte_max * size, "a damaged snapshot takes too much memory");
  // CAF 0.17 never comes to an end of writing an infinity.
  if (!value || !std::isfinite(value->odds))
    return 0;
  const auto written = make_snapshot(*value);
  require(static_cast<bool>(written), "a restored value cannot be made a snapshot of");
  const auto again = restore<labyrinth>(*written);
  require(static_cast<bool>(again), "a snapshot cannot be restored");
  const auto rewritten = make_snapshot(*again);
  require(rewritten && rewritten->bytes == written->bytes, "a restored value differs");
  return 0;
}
