#pragma once

#include <string>
#include <vector>

namespace ariadne {

// The command line as data, for what is made from it: manual pages, completions for shells.

struct described_option {
  /// As they are typed: "-e", "--escaped"; of an argument, its name alone.
  std::vector<std::string> names;
  /// What the value is, such as "FILE"; empty for a flag and an argument.
  std::string value;
  std::string description;
  bool is_required = false;
  bool is_argument = false;
  /// The environment variable that stands in for it; empty if there is none.
  std::string variable;
};

struct described_command {
  /// What is typed, from the program's name on: {"ariadne", "session", "start"}.
  std::vector<std::string> path;
  std::string description;
  /// What the help says at its end.
  std::string remarks;
  /// In the order in which the help lists them.
  std::vector<described_option> options;
  std::vector<described_command> commands;
};

/// The whole program. Commands that are hidden from its help are left out.
described_command describe_program();

} // namespace ariadne
