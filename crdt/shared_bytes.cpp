#include "crdt/shared_bytes.hpp"

#include <cstring>
#include <new>

namespace ariadne::crdt {

shared_bytes::shared_bytes(std::string_view bytes) {
  if (bytes.empty())
    return;
  auto* memory = ::operator new(sizeof(block) + bytes.size());
  block_ = new (memory) block{1, static_cast<std::uint32_t>(bytes.size())};
  std::memcpy(static_cast<void*>(block_ + 1), bytes.data(), bytes.size());
}

void shared_bytes::release() noexcept {
  // A sole owner needs no atomic write: nobody else can take another reference.
  if (block_->references.load(std::memory_order_acquire) != 1
      && block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  block_->~block();
  ::operator delete(block_);
}

} // namespace ariadne::crdt
