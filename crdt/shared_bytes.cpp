#include "crdt/shared_bytes.hpp"

#include <cstring>
#include <new>

namespace ariadne::crdt {

shared_bytes::shared_bytes(std::size_t size) {
  auto* memory = ::operator new(sizeof(block) + size);
  block_ = new (memory) block{1, static_cast<std::uint32_t>(size)};
}

shared_bytes::shared_bytes(std::string_view bytes) {
  if (bytes.empty())
    return;
  *this = shared_bytes{bytes.size()};
  std::memcpy(data(), bytes.data(), bytes.size());
}

void shared_bytes::release() noexcept {
  // A sole owner needs no atomic write: nobody else can take another reference.
  if (block_->references.load(std::memory_order_acquire) != 1
      && block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  block_->~block();
  ::operator delete(block_);
}

void bytes_builder::append(std::string_view next) noexcept {
  std::memcpy(bytes_.data() + written_, next.data(), next.size());
  written_ += next.size();
}

} // namespace ariadne::crdt
