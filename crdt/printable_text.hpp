#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::crdt {

// How bytes that others chose are shown: keys, names, ids, reasons. They may hold anything: line breaks that forge a
// line, a terminal's commands, characters that cannot be seen or that turn the rest of the line around.
//
// Shown as they are: all characters of valid UTF-8 but the controls (C0, DEL, C1), separators of lines, format
// characters (bidirectional overrides, joiners, marks), spaces other than the common one, and code points that are no
// characters. All else is shown in escapes: \n, \r, \t, and \xHH for each byte.

/// So that it can be typed again: `unescaped` is the inverse for all byte strings. A backslash is shown as \\; a space
/// at the beginning, at the end, or behind another one as \x20, so that the text neither hides one nor holds two in a
/// row.
std::string escaped(std::string_view bytes);

/// The bytes that `escaped` shows as `text`. More is understood than `escaped` writes: \xHH stands for any byte, its
/// digits may be capitals, and whatever is not behind a backslash stands for itself. Nothing if a backslash begins
/// none of \\, \n, \r, \t, \xHH.
std::optional<std::string> unescaped(std::string_view text);

/// `escaped`, for sentences: of what is long, the beginning, and how long it is. At most 120 bytes.
std::string escaped_briefly(std::string_view bytes);

/// One line of words, in which backslashes and spaces stand for themselves, so that parts of it may be escaped already:
/// printable(printable(x)) = printable(x), printable(escaped(x)) = escaped(x).
std::string printable(std::string_view line);

/// The same, of the beginning of a long line, with what is left out counted: at most `bytes_max` bytes and 40 more.
std::string printable_briefly(std::string_view line, std::size_t bytes_max = 500);

/// The same as `printable`, but line breaks and tabs are left as they are.
std::string printable_lines(std::string_view text);

/// A text in JSON, with the characters that are not shown in the escapes of JSON. Only strings may hold such.
std::string printable_json(std::string_view json);

bool is_utf8(std::string_view bytes);

} // namespace ariadne::crdt
