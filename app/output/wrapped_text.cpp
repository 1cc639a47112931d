#include "app/output/wrapped_text.hpp"

#include <algorithm>

namespace ariadne {

std::vector<std::string> wrapped_lines(std::string_view text, std::size_t columns, std::size_t indent) {
  if (indent > columns / 2)
    indent = 0;
  std::vector<std::string> lines;
  std::string begin;
  while (begin.size() + text.size() > columns) {
    const auto room = columns - begin.size();
    auto end = text.rfind(' ', room);
    // What the text itself is indented by is no place to break it.
    if (end == std::string_view::npos || end <= text.find_first_not_of(' '))
      end = text.find(' ', room);
    if (end == std::string_view::npos)
      break;
    lines.push_back(begin + std::string{text.substr(0, end)});
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
    begin.assign(indent, ' ');
  }
  if (!text.empty() || lines.empty())
    lines.push_back(begin + std::string{text});
  return lines;
}

} // namespace ariadne
