#include "app/manual/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace ariadne::manual {

namespace {

/// What has been typed of a command, without the program: " session start". Empty for the program itself.
std::string typed(const described_command& command) {
  std::string result;
  for (std::size_t i = 1; i < command.path.size(); ++i)
    result += ' ' + command.path[i];
  return result;
}

void for_each_command(const described_command& root, const std::function<void(const described_command&)>& visit) {
  visit(root);
  for (const auto& sub : root.commands)
    for_each_command(sub, visit);
}

/// In apostrophes, for each of the shells.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const auto c : text)
    result += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return result + '\'';
}

std::vector<std::string> words_of(const described_command& command) {
  std::vector<std::string> words;
  for (const auto& sub : command.commands)
    words.push_back(sub.path.back());
  for (const auto& option : command.options)
    if (!option.is_argument)
      words.insert(words.end(), option.names.begin(), option.names.end());
  return words;
}

/// The options that are followed by a value, of any command.
std::vector<std::string> options_with_values(const described_command& program) {
  std::vector<std::string> result;
  for_each_command(program, [&](const described_command& command) {
    for (const auto& option : command.options)
      if (!option.value.empty())
        for (const auto& name : option.names)
          if (std::find(result.begin(), result.end(), name) == result.end())
            result.push_back(name);
  });
  return result;
}

/// Commands below the program, as patterns of a `case`.
std::string patterns_of_commands(const described_command& program) {
  std::vector<std::string> patterns;
  for_each_command(program, [&](const described_command& command) {
    if (const auto path = typed(command); !path.empty())
      patterns.push_back(quoted(path));
  });
  return fmt::format("{}", fmt::join(patterns, " | "));
}

} // namespace

std::string bash_completion(const described_command& program) {
  std::string cases;
  for_each_command(program, [&](const described_command& command) {
    cases += fmt::format("    {}) words={} ;;\n", quoted(typed(command)),
                         quoted(fmt::format("{}", fmt::join(words_of(command), " "))));
  });
  return fmt::format("# bash completion of ariadne(1)\n"
                     "_ariadne() {{\n"
                     "  local current=${{COMP_WORDS[COMP_CWORD]}} path='' words='' i\n"
                     "  COMPREPLY=()\n"
                     "  case ${{COMP_WORDS[COMP_CWORD - 1]}} in\n"
                     "    {}) return ;;\n"
                     "  esac\n"
                     "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "    case \"$path ${{COMP_WORDS[i]}}\" in\n"
                     "      {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n"
                     "    esac\n"
                     "  done\n"
                     "  case $path in\n"
                     "{}"
                     "  esac\n"
                     "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                     "}}\n"
                     "complete -o default -F _ariadne ariadne\n",
                     fmt::join(options_with_values(program), " | "), patterns_of_commands(program), cases);
}

std::string zsh_completion(const described_command& program) {
  std::string cases;
  for_each_command(program, [&](const described_command& command) {
    std::string words;
    const auto add = [&](const std::string& word, const std::string& description) {
      std::string escaped;
      for (const auto c : word)
        escaped += c == ':' ? std::string{"\\:"} : std::string{c};
      words += ' ' + quoted(escaped + ':' + description);
    };
    for (const auto& sub : command.commands)
      add(sub.path.back(), sub.description);
    for (const auto& option : command.options)
      if (!option.is_argument)
        for (const auto& name : option.names)
          add(name, option.description);
    cases += fmt::format("    {}) choices=({}) ;;\n", quoted(typed(command)), words.substr(1));
  });
  return fmt::format("#compdef ariadne\n"
                     "# zsh completion of ariadne(1)\n"
                     "_ariadne() {{\n"
                     "  local typed='' i\n"
                     "  local -a choices\n"
                     "  case ${{words[CURRENT - 1]}} in\n"
                     "    {}) _files; return ;;\n"
                     "  esac\n"
                     "  for ((i = 2; i < CURRENT; i++)); do\n"
                     "    case \"$typed ${{words[i]}}\" in\n"
                     "      {}) typed+=\" ${{words[i]}}\" ;;\n"
                     "    esac\n"
                     "  done\n"
                     "  case $typed in\n"
                     "{}"
                     "  esac\n"
                     "  _describe 'ariadne' choices || _files\n"
                     "}}\n"
                     "_ariadne \"$@\"\n",
                     fmt::join(options_with_values(program), " | "), patterns_of_commands(program), cases);
}

std::string fish_completion(const described_command& program) {
  std::string result = fmt::format("# fish completion of ariadne(1)\n"
                                   "function __ariadne_is_at\n"
                                   "  set -l typed ''\n"
                                   "  for word in (commandline -opc)[2..-1]\n"
                                   "    switch \"$typed $word\"\n"
                                   "      case {}\n"
                                   "        set typed \"$typed $word\"\n"
                                   "    end\n"
                                   "  end\n"
                                   "  test \"$typed\" = \"$argv[1]\"\n"
                                   "end\n",
                                   [&] {
                                     std::string patterns;
                                     for_each_command(program, [&](const described_command& command) {
                                       if (const auto path = typed(command); !path.empty())
                                         patterns += (patterns.empty() ? "" : " ") + quoted(path);
                                     });
                                     return patterns;
                                   }());
  for_each_command(program, [&](const described_command& command) {
    const auto condition =
      fmt::format("complete -c ariadne -n {}", quoted("__ariadne_is_at " + quoted(typed(command))));
    for (const auto& sub : command.commands)
      result += fmt::format("{} -f -a {} -d {}\n", condition, sub.path.back(), quoted(sub.description));
    for (const auto& option : command.options) {
      if (option.is_argument)
        continue;
      auto line = condition;
      for (const auto& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      result += fmt::format("{}{} -d {}\n", line, option.value.empty() ? "" : " -r", quoted(option.description));
    }
  });
  return result;
}

} // namespace ariadne::manual
