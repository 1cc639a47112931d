#pragma once

#include <cstdint>

namespace ariadne::bench {

/// How often this thread has asked for memory so far. Counted by the program's own `operator new`.
std::uint64_t allocation_count();

/// The bytes that this thread has been given, and has not given back, since this object was made: one at a time. What
/// the allocator rounds up to is counted, the headers that it may need besides are not.
class allocated_bytes {
public:
  allocated_bytes();
  ~allocated_bytes();
  allocated_bytes(const allocated_bytes&) = delete;
  allocated_bytes& operator=(const allocated_bytes&) = delete;

  double count() const {
    return static_cast<double>(count_);
  }

private:
  std::int64_t count_ = 0;
};

} // namespace ariadne::bench
