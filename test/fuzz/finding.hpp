#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ariadne::fuzz {

/// Ends the program, for which the fuzzer keeps the input, unless `holds`.
inline void require(bool holds, std::string_view what) {
  if (holds)
    return;
  std::fprintf(stderr, "finding: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

} // namespace ariadne::fuzz
