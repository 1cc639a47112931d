#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ariadne::crdt {

/// An immutable, reference-counted sequence of bytes. One buffer serves the map, the network and all readers; a copy
/// costs one atomic increment. Copies may be used and dropped on any thread. At most 4 GiB - 1 bytes.
class shared_bytes {
public:
  /// An empty sequence; allocates nothing.
  shared_bytes() noexcept = default;

  /// Copies `bytes`. The caller keeps to the limit of 4 GiB - 1 bytes (every limit of the project is far below).
  explicit shared_bytes(std::string_view bytes);

  shared_bytes(const shared_bytes& other) noexcept : block_(other.block_) {
    if (block_)
      block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  shared_bytes(shared_bytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  shared_bytes& operator=(shared_bytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~shared_bytes() {
    if (block_)
      release();
  }

  std::string_view view() const noexcept {
    return block_ ? std::string_view{reinterpret_cast<const char*>(block_ + 1), block_->size} : std::string_view{};
  }
  std::size_t size() const noexcept {
    return block_ ? block_->size : 0;
  }

  /// Has the processor fetch what a look at the size, or the last copy's end, is going to need.
  void prefetch() const noexcept {
    __builtin_prefetch(block_, 1);
  }

  friend bool operator==(const shared_bytes& left, const shared_bytes& right) noexcept {
    return left.block_ == right.block_ || left.view() == right.view();
  }

private:
  /// Stands before the bytes, in one allocation with them.
  struct block {
    std::atomic<std::uint32_t> references;
    std::uint32_t size;
  };

  void release() noexcept;

  block* block_ = nullptr;
};

} // namespace ariadne::crdt
