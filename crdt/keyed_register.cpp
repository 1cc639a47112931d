#include "crdt/keyed_register.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace ariadne::crdt {

namespace {

constexpr std::size_t unit = 8;
constexpr std::size_t block_bytes = 64u << 10;
constexpr std::size_t count_first = 16;

} // namespace

keyed_register::keyed_register(std::string_view key) : key_size_(static_cast<std::uint16_t>(key.size())) {
  std::memcpy(reinterpret_cast<char*>(this) + key_offset, key.data(), key.size());
}

keyed_register::~keyed_register() {
  if (whole_)
    delete content_.whole;
  else
    content_.value.~shared_bytes();
}

std::size_t keyed_register::value_bytes() const {
  if (!whole_)
    return content_.value.size();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < content_.whole->live_count(); ++i)
    bytes += content_.whole->live(i).value.size();
  return bytes;
}

boost::pool<>& register_pool::pool_for(std::size_t key_size) {
  const auto units = (keyed_register::key_offset + key_size + unit - 1) / unit;
  if (pools_.size() <= units)
    pools_.resize(units + 1);
  auto& pool = pools_[units];
  if (!pool) {
    const auto count_max = std::max<std::size_t>(block_bytes / (units * unit), 1);
    pool = std::make_unique<boost::pool<>>(units * unit, std::min(count_first, count_max), count_max);
  }
  return *pool;
}

keyed_register* register_pool::make(std::string_view key) {
  // All members, and then padding.
  static_assert(sizeof(keyed_register) == 40 && alignof(keyed_register) == 8);
  auto* memory = pool_for(key.size()).malloc();
  if (memory == nullptr)
    throw std::bad_alloc{};
  return new (memory) keyed_register{key};
}

void register_pool::destroy(keyed_register* owner) {
  const auto key_size = owner->key().size();
  owner->~keyed_register();
  pool_for(key_size).free(owner);
}

} // namespace ariadne::crdt
