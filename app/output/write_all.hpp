#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>

namespace ariadne {

/// Writes all of `text` to a file descriptor, whose other end may take it in pieces, and may not block. Answers what
/// went wrong, if anything did; part of the text may have been written then. If `time` is given, it takes hardly longer
/// than that: `text` should have at most PIPE_BUF bytes then, and is given up (std::errc::timed_out) if nobody takes
/// it.
std::error_code write_all(int fd, std::string_view text, std::optional<std::chrono::milliseconds> time = {}) noexcept;

} // namespace ariadne
