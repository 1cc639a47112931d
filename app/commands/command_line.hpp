#pragma once

#include "app/commands/command.hpp"
#include "app/output/exit_code.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace ariadne {

/// What to print instead of running a command: to stdout, as it is, if the code is `done` (help, version); else what is
/// wrong, one sentence without final stop.
struct usage_text {
  exit_code code = exit_code::usage;
  std::string text;
};

/// Turns the arguments of `main` into the command to run.
tl::expected<std::shared_ptr<const command>, usage_text> parse_command_line(int argc, const char* const* argv);

/// Shows the program with all its commands to a visitor, which may look at it as long as it runs.
void with_command_line(const std::function<void(const CLI::App&)>& visit);

} // namespace ariadne
