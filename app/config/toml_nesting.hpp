#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ariadne {

/// Where a text is, counting from 1; columns count bytes.
struct text_position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// The first place where TOML is nested more deeply than `levels_max`: by brackets and braces that are open, or by the
/// parts of a dotted key. To be asked before a parser is, since those of TOML recurse for each level, and the stack is
/// finite. Linear in the text, which may be no TOML at all; strings and comments count for nothing.
std::optional<text_position> find_deep_nesting(std::string_view text, std::uint32_t levels_max);

} // namespace ariadne
