#pragma once

#include "app/output/failure.hpp"
#include "ops/json_text.hpp"

#include <string>
#include <string_view>
#include <system_error>

namespace ariadne {

// What the program says as a command that ends: the answer on stdout, complaints on stderr. Nodes, and what runs them,
// never write so while they are at work, but by way of an output_queue.

/// Writes a part of the answer to stdout, byte by byte as it is. If that fails, the command ends with
/// `exit_code::unwritten`.
fallible<void> write_out(std::string_view text);

/// Writes what the exit code says as well: that something is done. If that fails, it is a complaint.
void write_receipt(std::string_view text);

/// For a command whose answer is what it is for, before it begins: fails if stdout is closed, or if nobody can read it
/// any more.
fallible<void> check_stdout();

/// Says on stderr, in one line, what went wrong. Nobody may be able to read it; that changes nothing, and takes no
/// longer than two seconds.
void complain(std::string_view sentence) noexcept;

/// In words; "it is closed" for a stream that was closed when the program started.
std::string describe_stream_error(std::error_code error);

} // namespace ariadne
