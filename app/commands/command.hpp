#pragma once

#include "app/output/exit_code.hpp"

namespace CLI {
class App;
}

namespace ariadne {

/// One command of the program, with its arguments and options as its members.
class command {
public:
  command() = default;
  virtual ~command() = default;

  command(const command&) = delete;
  command& operator=(const command&) = delete;

  /// Adds the command to the command line, under the program or a group of commands. What is typed there is written to
  /// this object, which has to live as long. Answers what was added.
  virtual CLI::App* declare(CLI::App& parent) = 0;

  /// To be called when the command line has been read. Throws CLI::ValidationError if the command cannot be run as it
  /// was typed.
  virtual void check() {}

  /// Runs the command and says what has come of it. Answers with what the program is to end.
  virtual exit_code run() const = 0;
};

} // namespace ariadne
