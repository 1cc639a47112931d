#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// The text in lines of at most so many columns, broken at spaces; a word that is longer has a line of its own. All but
/// the first are indented by so much, if that leaves half of the columns. The text has no line breaks, and of bytes
/// beyond ASCII each counts as a column.
std::vector<std::string> wrapped_lines(std::string_view text, std::size_t columns, std::size_t indent);

} // namespace ariadne
