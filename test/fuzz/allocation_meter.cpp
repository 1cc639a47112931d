#include "test/fuzz/allocation_meter.hpp"

#include <sanitizer/allocator_interface.h>

#include <algorithm>

namespace ariadne::fuzz {

namespace {

bool metering = false;
std::ptrdiff_t held_bytes = 0;
std::ptrdiff_t peak_bytes = 0;

void note_malloc(const volatile void*, std::size_t size) {
  if (!metering)
    return;
  held_bytes += static_cast<std::ptrdiff_t>(size);
  peak_bytes = std::max(peak_bytes, held_bytes);
}

void note_free(const volatile void* freed) {
  if (metering && freed != nullptr)
    held_bytes -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(const_cast<const void*>(freed)));
}

} // namespace

allocation_meter::allocation_meter() {
  // There are few places for hooks, and they cannot be taken out again.
  [[maybe_unused]] static const auto installed = __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free);
  held_bytes = 0;
  peak_bytes = 0;
  metering = true;
}

allocation_meter::~allocation_meter() {
  metering = false;
}

std::ptrdiff_t allocation_meter::held() const {
  return held_bytes;
}

std::size_t allocation_meter::peak() const {
  return static_cast<std::size_t>(peak_bytes);
}

} // namespace ariadne::fuzz
