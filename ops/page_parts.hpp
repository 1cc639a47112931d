#pragma once

#include <array>
#include <string_view>

namespace ariadne {

/// A file of the page in ops/page/, as it is served.
struct page_part {
  std::string_view path;
  const char* content_type;
  std::string_view text;
};

extern const std::array<page_part, 4> page_parts;

} // namespace ariadne
