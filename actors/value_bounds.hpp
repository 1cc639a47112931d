#pragma once

#include <cstddef>

namespace ariadne::detail {

// What is decoded may come from anybody. So whoever reads it never recurses deeper, nor reserves more, than its length
// permits.

/// How deeply objects and containers may be nested in each other, in a state and in a message. What is deeper is
/// neither written nor read.
inline constexpr std::size_t nesting_max = 256;

/// Whether so many elements can follow in so many bytes: eight boolean ones stand in one.
constexpr bool is_possible_length(std::size_t elements, std::size_t bytes) {
  return elements / 8 <= bytes;
}

/// How deep one is in what is being written or read.
class nesting {
public:
  /// Whether one may go in. Each call has one of `leave`, unless all is given up.
  bool enter() {
    return ++depth_ <= nesting_max;
  }
  void leave() {
    --depth_;
  }

private:
  std::size_t depth_ = 0;
};

} // namespace ariadne::detail
