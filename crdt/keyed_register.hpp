#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/dot_index.hpp"

#include <boost/pool/pool.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// What a reader sees of a live entry.
struct entry_view {
  crdt::dot dot;
  crdt::stamp stamp;
  std::uint64_t expires_at_ms;
  const shared_bytes& value;
};

/// A key of a map with its register, packed: most registers are one live entry that never expires, and nothing else,
/// which takes 36 bytes and those of the key. All others are kept whole beside it. Only aw_lww_map makes, reads and
/// changes these. Its address stays the same as long as the map holds the key.
class keyed_register {
public:
  keyed_register(const keyed_register&) = delete;
  keyed_register& operator=(const keyed_register&) = delete;

  std::string_view key() const {
    return {reinterpret_cast<const char*>(this) + key_offset, key_size_};
  }

  bool is_live() const {
    return !whole_ || content_.whole->live_count() > 0;
  }

  /// Whether its context is exactly the dots of its live entries: nothing is left to forget.
  bool is_forgotten() const {
    return !whole_ || content_.whole->is_forgotten();
  }

  /// The bytes of all live values.
  std::size_t value_bytes() const;

  /// The number of the last full state that has mentioned the key.
  std::uint32_t full_state() const {
    return full_state_;
  }
  void set_full_state(std::uint32_t number) {
    full_state_ = number;
  }

private:
  friend class aw_lww_map;
  friend class register_pool;

  /// What `whole_` says.
  union content {
    content() : value() {}
    ~content() {}
    shared_bytes value;
    causal_register* whole;
  };

  explicit keyed_register(std::string_view key);
  ~keyed_register();

  std::uint64_t counter_ = 0;
  stamp stamp_;
  content content_;
  dot_index::origin origin_ = 0;
  std::uint32_t full_state_ = 0;
  std::uint16_t key_size_;
  bool whole_ = false;
  /// Whether the key waits in the map's queue of registers with something to forget.
  bool may_forget_ : 1 = false;
  /// Whether it waits in the map's queue of what a journal lacks; and whether the map has it no more, and it waits
  /// there alone.
  bool is_marked_ : 1 = false;
  bool is_gone_ : 1 = false;

  // The key follows the last member, in the same allocation.
  static constexpr std::size_t key_offset = 36;
};

/// The memory of keyed registers: no header for each of them, and what is freed is used again for keys of about the
/// same length. Blocks of 64 KiB.
class register_pool {
public:
  /// A register with nothing in it, which has to get something.
  keyed_register* make(std::string_view key);
  void destroy(keyed_register* owner);

private:
  boost::pool<>& pool_for(std::size_t key_size);

  /// By size in units of eight bytes.
  std::vector<std::unique_ptr<boost::pool<>>> pools_;
};

} // namespace ariadne::crdt
