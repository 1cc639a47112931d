#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ariadne::crdt {

/// The most that shared_bytes holds.
inline constexpr std::uint64_t value_bytes_limit = 0xffff'ffff;

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
  friend class bytes_builder;

  /// Makes room for `size` bytes, at least one, whose content is undefined.
  explicit shared_bytes(std::size_t size);
  char* data() noexcept {
    return reinterpret_cast<char*>(block_ + 1);
  }

  /// Stands before the bytes, in one allocation with them.
  struct block {
    std::atomic<std::uint32_t> references;
    std::uint32_t size;
  };

  void release() noexcept;

  block* block_ = nullptr;
};

/// A sequence of bytes of a known size, at least one, that comes one part after the other. It takes the memory of the
/// whole from the start, of which the system gives what has been written to.
class bytes_builder {
public:
  explicit bytes_builder(std::size_t size) : bytes_(size) {}

  /// How long it is to be, and how long it is by now.
  std::size_t size() const noexcept {
    return bytes_.size();
  }
  std::size_t written() const noexcept {
    return written_;
  }
  bool is_whole() const noexcept {
    return written_ == size();
  }

  /// Adds what comes next; not beyond the size.
  void append(std::string_view next) noexcept;

  /// Those of a whole one; the builder may be used no more to write.
  const shared_bytes& bytes() const noexcept {
    return bytes_;
  }

private:
  shared_bytes bytes_;
  std::size_t written_ = 0;
};

} // namespace ariadne::crdt
