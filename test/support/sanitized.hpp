#pragma once

namespace ariadne::test {

/// Whether all takes many times as long, so that a test does less.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

} // namespace ariadne::test
