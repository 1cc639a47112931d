#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>

#include <string>

namespace ariadne {

/// Sets what --help says for a terminal of 80 columns. Of a footer, lines that begin with a space are a table, and stay
/// lines; others are a paragraph.
class help_formatter final : public CLI::Formatter {
public:
  help_formatter();

  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_description(const CLI::App* command) const override;
  std::string make_footer(const CLI::App* command) const override;

private:
  std::string entry(const std::string& name, const std::string& description) const;
};

} // namespace ariadne
