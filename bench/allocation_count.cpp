#include "bench/allocation_count.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t allocations = 0;
/// Where to count the bytes, if anybody wants to know: it takes time.
thread_local std::int64_t* bytes = nullptr;

void* try_allocate(std::size_t size) noexcept {
  ++allocations;
  auto* memory = std::malloc(size == 0 ? 1 : size);
  if (bytes != nullptr && memory != nullptr)
    *bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  return memory;
}

void* allocate(std::size_t size) {
  if (auto* memory = try_allocate(size))
    return memory;
  throw std::bad_alloc{};
}

void release(void* memory) {
  if (bytes != nullptr)
    *bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

} // namespace

namespace ariadne::bench {

std::uint64_t allocation_count() {
  return allocations;
}

allocated_bytes::allocated_bytes() {
  bytes = &count_;
}

allocated_bytes::~allocated_bytes() {
  bytes = nullptr;
}

} // namespace ariadne::bench

// All forms but those for over-aligned memory, for which nobody asks: an allocator may bring those that are not here.

void* operator new(std::size_t size) {
  return allocate(size);
}

void* operator new[](std::size_t size) {
  return allocate(size);
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return try_allocate(size);
}

void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return try_allocate(size);
}

void operator delete(void* memory) noexcept {
  release(memory);
}

void operator delete[](void* memory) noexcept {
  release(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}

void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}

void operator delete(void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}

void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  release(memory);
}
