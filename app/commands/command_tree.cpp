#include "app/commands/command_tree.hpp"

#include "app/commands/command_line.hpp"

#include <CLI/CLI.hpp>

namespace ariadne {

namespace {

described_option describe(const CLI::Option& option) {
  described_option result{.names = {},
                          .value = {},
                          .description = option.get_description(),
                          .is_required = option.get_required(),
                          .is_argument = !option.nonpositional(),
                          .variable = option.get_envname()};
  if (result.is_argument) {
    result.names.push_back(option.get_name());
    return result;
  }
  for (const auto& name : option.get_snames())
    result.names.push_back("-" + name);
  for (const auto& name : option.get_lnames())
    result.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0)
    result.value = option.get_type_name();
  return result;
}

described_command describe(const CLI::App& app, std::vector<std::string> path) {
  path.push_back(app.get_name());
  described_command result{.path = std::move(path),
                           .description = app.get_description(),
                           .remarks = app.get_footer(),
                           .options = {},
                           .commands = {}};
  // CLI11 hides what has no group.
  for (const auto* option : app.get_options([](const CLI::Option* o) { return !o->get_group().empty(); }))
    result.options.push_back(describe(*option));
  for (const auto* sub : app.get_subcommands([](const CLI::App* s) { return !s->get_group().empty(); }))
    result.commands.push_back(describe(*sub, result.path));
  return result;
}

} // namespace

described_command describe_program() {
  described_command result;
  with_command_line([&](const CLI::App& app) { result = describe(app, {}); });
  return result;
}

} // namespace ariadne
