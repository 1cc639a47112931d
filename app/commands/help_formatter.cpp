#include "app/commands/help_formatter.hpp"

#include "app/output/wrapped_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace ariadne {

namespace {

constexpr std::size_t columns = 79;
constexpr std::size_t names_width = 26;

std::string paragraph(std::string_view text) {
  return fmt::format("{}\n", fmt::join(wrapped_lines(text, columns, 0), "\n"));
}

/// What does not fit goes on below the last column of the table.
std::string table_line(std::string_view text) {
  constexpr std::size_t first_columns_max = 24;
  const auto gap = text.substr(0, first_columns_max).rfind("  ");
  const auto indent = gap == std::string_view::npos ? 0 : text.find_first_not_of(' ', gap);
  return fmt::format("{}\n", fmt::join(wrapped_lines(text, columns, std::min(indent, columns)), "\n"));
}

} // namespace

help_formatter::help_formatter() {
  column_width(names_width);
}

std::string help_formatter::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
}

std::string help_formatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_display_name(true), command->get_description());
}

std::string help_formatter::make_description(const CLI::App* command) const {
  return paragraph(command->get_description());
}

std::string help_formatter::make_footer(const CLI::App* command) const {
  std::string result;
  std::string sentences;
  const auto end_paragraph = [&] {
    if (!sentences.empty())
      result += paragraph(sentences);
    sentences.clear();
  };
  std::istringstream lines{command->get_footer()};
  for (std::string line; std::getline(lines, line);)
    if (line.empty() || line.front() == ' ') {
      end_paragraph();
      result += table_line(line);
    } else {
      sentences += (sentences.empty() ? "" : " ") + line;
    }
  end_paragraph();
  return result;
}

std::string help_formatter::entry(const std::string& name, const std::string& description) const {
  auto result = fmt::format("  {:<{}}", name, names_width - 2);
  const auto has_room = name.size() + 2 < names_width;
  for (auto is_first = true; const auto& line : wrapped_lines(description, columns - names_width, 0)) {
    if (!is_first || !has_room)
      result += '\n' + std::string(names_width, ' ');
    result += line;
    is_first = false;
  }
  result.erase(result.find_last_not_of(' ') + 1);
  return result + '\n';
}

} // namespace ariadne
