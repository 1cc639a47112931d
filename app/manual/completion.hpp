#pragma once

#include "app/commands/command_tree.hpp"

#include <string>

namespace ariadne::manual {

// What a shell reads to complete commands and options of the program. Where neither is expected, it completes the names
// of files.

std::string bash_completion(const described_command& program);
std::string zsh_completion(const described_command& program);
std::string fish_completion(const described_command& program);

} // namespace ariadne::manual
