#include "crdt/key_table.hpp"

#include <utility>

namespace ariadne::crdt {

namespace {

/// How many pointers the directory may have for each shard. It needs 4; more only if hashes are unequal, and then a
/// shard grows in its stead.
constexpr std::size_t pointers_per_shard_max = 16;

} // namespace

key_table::key_table() {
  directory_.push_back(&shards_.emplace_back());
}

key_table::shard& key_table::make_room(std::size_t hash) {
  auto* full = &shard_of(hash);
  // One split will do, unless many hashes begin with the same bits.
  while (full->registers.size() >= shard_size_max) {
    if (full->depth == depth_) {
      if (depth_ == place_bits || 2 * directory_.size() > pointers_per_shard_max * shards_.size())
        return *full;
      std::vector<shard*> larger;
      larger.reserve(2 * directory_.size());
      for (auto* each : directory_)
        larger.insert(larger.end(), {each, each});
      directory_ = std::move(larger);
      ++depth_;
    }
    split(*full, place_of(hash));
    full = &shard_of(hash);
  }
  return *full;
}

void key_table::split(shard& full, std::size_t place) {
  const auto depth = full.depth + 1;
  // Each gets a half, and will take up as many again. Should memory run out here, nothing has happened.
  decltype(full.registers) lower;
  lower.reserve(shard_size_max);
  auto& upper = shards_.emplace_back();
  upper.registers.reserve(shard_size_max);
  upper.depth = depth;
  for (auto* owner : full.registers) {
    const hashed_key key{owner->key()};
    const auto is_upper = (place_of(key.hash) >> (place_bits - depth) & 1) != 0;
    (is_upper ? upper.registers : lower).lazy_emplace(key, [&](const auto& construct) { construct(owner); });
  }
  full.registers = std::move(lower);
  full.depth = depth;
  const auto pointers = std::size_t{1} << (depth_ - depth);
  const auto first = (place >> (place_bits - depth) | 1) * pointers;
  std::fill_n(directory_.begin() + static_cast<std::ptrdiff_t>(first), pointers, &upper);
}

} // namespace ariadne::crdt
