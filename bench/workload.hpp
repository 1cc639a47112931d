#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ariadne::bench {

/// The size of a value where a row does not say otherwise.
constexpr std::size_t value_bytes = 256;

/// `count` keys of 12 bytes, in an order that is not that of their numbers.
std::vector<std::string> make_keys(std::size_t count);

/// The `number`-th key: `prefix` and digits, 12 bytes in all for a prefix of one byte.
std::string make_key(char prefix, std::size_t number);

/// Keeps the compiler from leaving out what leads to `kept`.
template <class T>
void keep(const T& kept) {
  asm volatile("" : : "r,m"(kept) : "memory");
}

} // namespace ariadne::bench
