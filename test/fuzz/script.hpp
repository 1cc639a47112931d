#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace ariadne::fuzz {

/// An input of the fuzzer as a series of choices: each takes the next bytes of it, and is 0 or empty at its end. So
/// every input means something, and a changed byte changes one choice.
class script {
public:
  explicit script(std::string_view input) : left_(input) {}

  bool done() const {
    return left_.empty();
  }

  std::uint8_t byte() {
    return done() ? 0 : static_cast<std::uint8_t>(bytes(1).front());
  }

  /// A number from 0 to `bound - 1`, of one byte; `bound` is 1 to 256.
  std::size_t below(std::size_t bound) {
    return byte() % bound;
  }

  bool flag() {
    return (byte() & 1) != 0;
  }

  /// A number of any size: most are small.
  std::uint64_t number() {
    auto first = byte();
    if (first < 0xf0)
      return first;
    std::uint64_t result = 0;
    for (auto size = 1 + (first & 7); size > 0; --size)
      result = result << 8 | byte();
    return result;
  }

  /// Up to `size_max` bytes of the input itself.
  std::string_view bytes(std::size_t size_max) {
    auto result = left_.substr(0, size_max);
    left_.remove_prefix(result.size());
    return result;
  }

  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

private:
  std::string_view left_;
};

} // namespace ariadne::fuzz
