#pragma once

#include <cstddef>

namespace ariadne::fuzz {

/// Measures how many bytes the program allocates while this object lives. One at a time, in one thread; the sanitizer's
/// allocator tells.
class allocation_meter {
public:
  allocation_meter();
  ~allocation_meter();

  allocation_meter(const allocation_meter&) = delete;
  allocation_meter& operator=(const allocation_meter&) = delete;

  /// The bytes allocated less the bytes freed since the beginning; negative if more has been freed.
  std::ptrdiff_t held() const;

  /// The most that this has come to.
  std::size_t peak() const;
};

} // namespace ariadne::fuzz
