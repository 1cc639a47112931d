#include "app/manual/man_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace ariadne::manual {

namespace {

std::string heading(std::string_view name, int section, const edition& of) {
  std::string upper{name};
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return fmt::format(".TH \"{}\" \"{}\" \"{}\" \"Ariadne {}\" \"Ariadne\"\n.nh\n.ad l\n", as_roff(upper), section,
                     of.date, of.version);
}

std::string bold(std::string_view text) {
  return "\\fB" + as_roff(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + as_roff(text) + "\\fR";
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// Lines as they are: where the text has a table.
std::string as_it_is(std::string_view text) {
  std::string result = ".nf\n";
  for (const auto& line : lines_of(text))
    result += line.empty() ? ".sp\n" : as_roff(line) + '\n';
  return result + ".fi\n";
}

/// Lines that begin with a space are a table; the others are paragraphs.
std::string notes(std::string_view text) {
  std::string result;
  std::string table;
  const auto end_table = [&] {
    if (!table.empty())
      result += as_it_is(table) + ".PP\n";
    table.clear();
  };
  for (const auto& line : lines_of(text))
    if (line.empty() || line.front() == ' ') {
      table += line + '\n';
    } else {
      end_table();
      result += as_roff(line) + '\n';
    }
  end_table();
  return result;
}

std::string synopsis(const described_command& command) {
  auto result = bold(fmt::format("{}", fmt::join(command.path, " ")));
  const auto has_arguments = std::any_of(command.options.begin(), command.options.end(),
                                         [](const described_option& option) { return option.is_argument; });
  const auto with_command = result + ' ' + italic("COMMAND") + '\n';
  if (!command.commands.empty() && !has_arguments)
    return with_command;
  for (const auto& option : command.options)
    if (!option.is_argument && option.is_required)
      result += fmt::format(" {} {}", bold(option.names.back()), italic(option.value));
  result += " [" + italic("OPTION") + "]...";
  for (const auto& option : command.options)
    if (option.is_argument)
      result += option.is_required || !command.commands.empty() ? ' ' + italic(option.names.front())
                                                                : " [" + italic(option.names.front()) + ']';
  return result + '\n' + (command.commands.empty() ? std::string{} : ".br\n" + with_command);
}

std::string entry(const described_option& option) {
  std::string names;
  for (const auto& name : option.names)
    names += (names.empty() ? "" : ", ") + (option.is_argument ? italic(name) : bold(name));
  if (!option.value.empty())
    names += ' ' + italic(option.value);
  auto text = option.description;
  if (option.is_required)
    text += text.empty() ? "Required." : ". Required.";
  if (!option.variable.empty())
    text += fmt::format(" In its absence, {} of the environment.", option.variable);
  return fmt::format(".TP\n{}\n{}\n", names, text.empty() ? "\\&" : as_roff(text));
}

std::string entries(std::string_view title, const described_command& command, bool are_arguments) {
  std::string result;
  for (const auto& option : command.options)
    if (option.is_argument == are_arguments)
      result += entry(option);
  return result.empty() ? result : fmt::format(".SH {}\n{}", title, result);
}

/// A line of a TOML file without a value: a table.
bool is_table(std::string_view line) {
  return line.starts_with('[');
}

bool is_key(std::string_view line) {
  const auto name = line.substr(0, line.find(' '));
  return !name.empty() && line.substr(name.size()).starts_with(" = ")
         && std::all_of(name.begin(), name.end(),
                        [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; });
}

/// Of a text in Markdown, what stands below a heading of the second level.
std::string_view section_of(std::string_view text, std::string_view title) {
  const auto heading = fmt::format("\n## {}\n", title);
  const auto begin = text.find(heading);
  if (begin == std::string_view::npos)
    return {};
  text.remove_prefix(begin + heading.size());
  while (text.starts_with('\n'))
    text.remove_prefix(1);
  return text.substr(0, text.find("\n## "));
}

/// Of a row of a table in Markdown; nothing, if the line is none.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> result;
  if (!line.starts_with('|'))
    return result;
  line.remove_prefix(1);
  for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
    auto cell = line.substr(0, end);
    while (cell.starts_with(' '))
      cell.remove_prefix(1);
    while (cell.ends_with(' '))
      cell.remove_suffix(1);
    result.emplace_back(cell);
    line.remove_prefix(end + 1);
  }
  return result;
}

/// What is between backticks is bold, and of a link the text stays.
std::string from_markdown(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto at = text.find_first_of("`[");
    result += as_roff(text.substr(0, at));
    if (at == std::string_view::npos)
      break;
    const auto is_link = text[at] == '[';
    text.remove_prefix(at + 1);
    const auto end = text.find(is_link ? "](" : "`");
    if (end == std::string_view::npos)
      continue;
    result += is_link ? as_roff(text.substr(0, end)) : bold(text.substr(0, end));
    text.remove_prefix(is_link ? std::min(text.find(')'), text.size() - 1) + 1 : end + 1);
  }
  return result;
}

} // namespace

std::string as_roff(std::string_view text) {
  std::string result;
  for (const auto c : text) {
    // A request begins with a point or an apostrophe at the beginning of a line.
    if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n'))
      result += "\\&";
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '`':
        result += "\\(ga";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string page_name(const described_command& command) {
  return fmt::format("{}", fmt::join(command.path, "-"));
}

std::string man_page(const described_command& command, const edition& of) {
  auto result = heading(page_name(command), 1, of);
  result += fmt::format(".SH NAME\n{} \\- {}\n", as_roff(page_name(command)),
                        as_roff(command.description.substr(0, command.description.find_first_of(",;."))));
  result += ".SH SYNOPSIS\n" + synopsis(command);
  result += fmt::format(".SH DESCRIPTION\n{}.\n", as_roff(command.description));
  result += entries("ARGUMENTS", command, true);
  result += entries("OPTIONS", command, false);
  if (!command.commands.empty())
    result += ".SH COMMANDS\n";
  for (const auto& sub : command.commands)
    result += fmt::format(".TP\n{}(1)\n{}.\n", bold(page_name(sub)), as_roff(sub.description));
  if (!command.remarks.empty())
    result += ".SH NOTES\n" + notes(command.remarks);
  return result + ".SH SEE ALSO\n" + bold("ariadne") + "(1), " + bold("ariadne.toml") + "(5), "
         + bold("ariadne\\-metrics") + "(7)\n";
}

std::string file_page(std::string_view example, const edition& of) {
  auto result = heading("ariadne.toml", 5, of);
  result += ".SH NAME\nariadne.toml \\- the file that describes an Ariadne cluster\n.SH DESCRIPTION\n";
  std::string comment;
  auto in_entry = false;
  std::vector<std::string> tables;
  for (const auto& line : lines_of(example)) {
    const std::string_view text = line.starts_with("# ") ? std::string_view{line}.substr(2) : line;
    if (is_table(line)) {
      // What stands before a table is about all of them, or about the table.
      if (comment.ends_with(".PP\n"))
        comment.erase(comment.size() - 4);
      const auto about_table = tables.empty() ? std::string{} : std::exchange(comment, {});
      result += std::exchange(comment, {});
      // The tables of further nodes are examples, as they stand.
      if (std::find(tables.begin(), tables.end(), line) != tables.end())
        break;
      tables.push_back(line);
      result += fmt::format(".SH {}\n{}", as_roff(line), about_table);
      in_entry = !about_table.empty();
    } else if (is_key(text)) {
      // A key that has no comment of its own stands with the one before it.
      result += comment.empty() || !in_entry ? comment : ".PP\n" + comment;
      result += ".RS\n.nf\n" + bold(text) + "\n.fi\n.RE\n";
      comment.clear();
      in_entry = true;
    } else if (line.starts_with("# ")) {
      comment += as_roff(text) + '\n';
    } else if (line == "#" || line.empty()) {
      if (!comment.empty() && !comment.ends_with(".PP\n"))
        comment += ".PP\n";
    }
  }
  return result + ".SH SEE ALSO\n" + bold("ariadne") + "(1), " + bold("ariadne\\-metrics") + "(7)\n";
}

std::string metrics_page(std::string_view operations, const edition& of) {
  auto result = heading("ariadne-metrics", 7, of);
  result += ".SH NAME\nariadne\\-metrics \\- what a node of an Ariadne cluster tells Prometheus\n.SH DESCRIPTION\n";
  auto is_in_table = false;
  // Between paragraphs, but not in front of a heading.
  auto is_paragraph_over = false;
  for (const auto& line : lines_of(section_of(operations, "Metrics"))) {
    const auto cells = cells_of(line);
    if (line.empty()) {
      is_paragraph_over = true;
    } else if (cells.empty()) {
      if (std::exchange(is_in_table, false))
        result += ".SH ALERTS\n";
      else if (is_paragraph_over)
        result += ".PP\n";
      is_paragraph_over = false;
      result += from_markdown(line) + '\n';
    } else if (cells.size() == 3 && cells.front().starts_with('`')) {
      if (!std::exchange(is_in_table, true))
        result += ".SH METRICS\n";
      const auto labels = cells[1].empty() ? std::string{} : " {" + from_markdown(cells[1]) + '}';
      result += fmt::format(".TP\n{}{}\n{}.\n", from_markdown(cells[0]), labels, from_markdown(cells[2]));
    }
  }
  return result + ".SH SEE ALSO\n" + bold("ariadne") + "(1), " + bold("ariadne.toml") + "(5)\n";
}

} // namespace ariadne::manual
