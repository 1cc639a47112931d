#pragma once

#include "crdt/keyed_register.hpp"

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// The registers of a map by key. No call takes long because there are many: the table is many small ones, and one that
/// is full is split in two (Fagin et al.: Extendible Hashing, 1979). A directory says which of them has the keys whose
/// hash begins so; all that ever grows at once is this list of pointers, one for some hundred registers.
///
/// The table does not own the registers.
class key_table {
public:
  /// A key and its hash.
  struct hashed_key {
    explicit hashed_key(std::string_view k) : key(k), hash(absl::Hash<std::string_view>{}(k)) {}
    std::string_view key;
    std::size_t hash;
  };

  key_table();
  key_table(const key_table&) = delete;
  key_table& operator=(const key_table&) = delete;

  /// The register of `key`, or nullptr.
  keyed_register* find(const hashed_key& key) const {
    const auto& registers = shard_of(key.hash).registers;
    const auto position = registers.find(key);
    return position == registers.end() ? nullptr : *position;
  }

  /// The register of `key`. If there is none, the one that `make()` returns, which must be of that key.
  template <class Make>
  keyed_register& find_or_add(const hashed_key& key, Make make) {
    auto* into = &shard_of(key.hash);
    if (into->registers.size() >= shard_size_max && !into->registers.contains(key))
      into = &make_room(key.hash);
    return **into->registers.lazy_emplace(key, [&](const auto& construct) {
      construct(make());
      ++size_;
    });
  }

  /// Removes the register of `key`, which must be there.
  void erase(const hashed_key& key) {
    shard_of(key.hash).registers.erase(key);
    --size_;
  }

  /// The number of registers.
  std::size_t size() const {
    return size_;
  }

  /// Calls `visit(keyed_register*)` for each register, in no particular order.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (const auto& s : shards_)
      for (auto* owner : s.registers)
        visit(owner);
  }

private:
  struct key_hash {
    using is_transparent = void;
    std::size_t operator()(const hashed_key& key) const {
      return key.hash;
    }
    std::size_t operator()(const keyed_register* owner) const {
      return hashed_key{owner->key()}.hash;
    }
  };
  struct key_equal {
    using is_transparent = void;
    bool operator()(const keyed_register* left, const keyed_register* right) const {
      return left == right;
    }
    bool operator()(const keyed_register* left, const hashed_key& right) const {
      return left->key() == right.key;
    }
  };
  struct shard {
    absl::flat_hash_set<keyed_register*, key_hash, key_equal> registers;
    /// It has the keys whose place begins with so many bits of its own, see `place_of`.
    unsigned depth = 0;
  };

  /// As many as a hash set of 2^11 - 1 slots takes before it grows.
  static constexpr std::size_t shard_size_max = 1'792;
  /// How many bits a place has.
  static constexpr unsigned place_bits = 24;

  /// Where a key belongs, by the upper bits of its hash; the sets make use of the lower ones. The places do not get
  /// equal shares of the keys, but more and more of them, twice as many for the last as for the first. So the shards
  /// are split one after the other, not all of them within a few calls, and whatever their number, some are full and
  /// some have just been split.
  static std::size_t place_of(std::size_t hash) {
    const auto x = hash >> (64 - place_bits);
    // About log2(1 + x), for x and the result from 0 to 1 in units of 2^-24.
    return x + (x * ((std::size_t{1} << place_bits) - x) * 11 >> (place_bits + 5));
  }
  shard& shard_of(std::size_t hash) const {
    return *directory_[place_of(hash) >> (place_bits - depth_)];
  }

  /// Splits the shard that is to take a key with this hash, unless hashes are so unequal that it would not help.
  /// Returns the shard that it belongs to now.
  shard& make_room(std::size_t hash);
  void split(shard& full, std::size_t place);

  std::deque<shard> shards_;
  /// By the first `depth_` bits of a place.
  std::vector<shard*> directory_;
  unsigned depth_ = 0;
  std::size_t size_ = 0;
};

} // namespace ariadne::crdt
