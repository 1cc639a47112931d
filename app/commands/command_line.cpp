#include "app/commands/command_line.hpp"

#include "app/commands/backup.hpp"
#include "app/commands/certificates.hpp"
#include "app/commands/cluster.hpp"
#include "app/commands/cordon.hpp"
#include "app/commands/discard.hpp"
#include "app/commands/drain.hpp"
#include "app/commands/forget.hpp"
#include "app/commands/game_play.hpp"
#include "app/commands/help_formatter.hpp"
#include "app/commands/keys.hpp"
#include "app/commands/load.hpp"
#include "app/commands/node.hpp"
#include "app/commands/pickup.hpp"
#include "app/commands/resume.hpp"
#include "app/commands/session.hpp"
#include "app/commands/sessions.hpp"
#include "app/commands/stash.hpp"
#include "app/commands/status.hpp"
#include "app/commands/storage.hpp"
#include "app/commands/take.hpp"
#include "app/commands/top.hpp"
#include "app/commands/wait.hpp"
#include "app/commands/watch.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace ariadne {

namespace {

constexpr auto exit_codes_help =
  "Exit codes:\n"
  "  0  done\n"
  "  1  failed; a line on stderr says why\n"
  "  2  error in the command line or in the cluster file\n"
  "  3  a node stopped without having handed over everything\n"
  "  4  there is nothing under the key\n"
  "  5  nothing is there yet, but the node has not yet caught up with the others\n"
  "  6  the answer could not be written to stdout; of what has an answer: pickup,\n"
  "     take, keys, status, top, wait, watch, load, sessions, session deliver,\n"
  "     game play, --help\n"
  "  7  take: the state is written out, but somebody else has taken or replaced it\n"
  "     meanwhile; what has replaced it stays\n"
  "  8 to 13  a node does not start from the directory of its journal:\n"
  "  8  it is another node's or another cluster's\n"
  "  9  another process uses it\n"
  " 10  it was written by another version of the program\n"
  " 11  it is damaged\n"
  " 12  it cannot be made, read or written\n"
  " 13  the clock is behind it\n"
  "A line on stderr that cannot be written changes nothing.\n"
  "\n"
  "Keys, ids and names may be any bytes. What cannot be shown as it is, is shown as \\n,\n"
  "\\r, \\t, \\xHH for any byte, a backslash as \\\\. With --escaped (-e), a command takes\n"
  "its arguments in that form: ariadne pickup -e 'game\\x00_7'. JSON has a string; where\n"
  "the bytes are no UTF-8, they stand beside it in base64: key_base64 beside key.";

/// The command line as CLI11 sees it. Whichever command is given is chosen.
class command_line {
public:
  command_line() {
    app_.set_version_flag("--version", "ariadne " ARIADNE_VERSION);
    app_.require_subcommand(1);
    app_.footer(exit_codes_help);
    // Commands inherit it.
    app_.formatter(std::make_shared<help_formatter>());
    add<node_command>(app_);
    add<cluster_command>(app_);
    add<stash_command>(app_);
    add<pickup_command>(app_);
    add<take_command>(app_);
    add<discard_command>(app_);
    add<keys_command>(app_);
    add<status_command>(app_);
    add<top_command>(app_);
    add<wait_command>(app_);
    add<watch_command>(app_);
    add<game_play_command>(add<load_command>(app_));
    add<drain_command>(app_);
    add<forget_command>(app_);
    add<sessions_command>(app_);
    auto& session = add_group(
      "session", "Start a session, speak to it, or end it, wherever it runs; cordon nodes, or resume after the "
                 "end of all");
    add<session_start_command>(session);
    add<session_deliver_command>(session);
    add<session_stop_command>(session);
    add<cordon_command>(session, true);
    add<cordon_command>(session, false);
    add<resume_command>(session);
    add<backup_command>(app_);
    auto& storage = add_group("storage", "Look at the journal of a node that does not run, or mend it");
    add<storage_check_command>(storage);
    add<storage_dump_command>(storage);
    add<storage_repair_command>(storage);
    add<storage_adopt_command>(storage);
    add<storage_restore_command>(storage);
    auto& certificates = add_group("certificates", "Make a cluster's own certificates, for TLS");
    add<certificates_init_command>(certificates);
    add<certificates_node_command>(certificates);
    add<certificates_client_command>(certificates);
    add<certificates_show_command>(certificates);
    add<certificates_renew_command>(certificates);
    add<certificates_revoke_command>(certificates);
    auto& game = add_group("game", "Play Minotaur, the sample game, on a cluster");
    add<game_play_command>(game);
    add_removed_game_commands(game);
  }

  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  tl::expected<std::shared_ptr<const command>, usage_text> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      return chosen_;
    } catch (const CLI::RequiredError& error) {
      return tl::unexpected(usage_error(what_is_missing(error)));
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0)
        return tl::unexpected(usage_error(error.what()));
      std::ostringstream out;
      app_.exit(error, out, out);
      return tl::unexpected(usage_text{exit_code::done, out.str()});
    }
  }

  const CLI::App& program() const {
    return app_;
  }

private:
  /// CLI11's own sentences repeat what was typed.
  usage_text usage_error(std::string_view what) const {
    constexpr std::size_t bytes_max = 240;
    std::string typed = app_.get_name();
    for (const auto* command = &innermost(); command != &app_; command = command->get_parent())
      typed.insert(app_.get_name().size(), ' ' + command->get_name());
    return {exit_code::usage,
            fmt::format("{}; see {} --help", crdt::printable_briefly(by_variable(what), bytes_max), typed)};
  }

  /// An error begins with the name of the option; where the environment stands in for that, with the variable.
  std::string by_variable(std::string_view what) const {
    const auto name = what.substr(0, what.find(": "));
    const auto* option = innermost().get_option_no_throw(std::string{name});
    const auto& typed = innermost().parse_order();
    if (!option || option->get_envname().empty() || std::find(typed.begin(), typed.end(), option) != typed.end())
      return std::string{what};
    return option->get_envname().append(what.substr(name.size()));
  }

  /// The command that was typed, as far as it is one.
  const CLI::App& innermost() const {
    const auto* result = &app_;
    while (!result->get_subcommands().empty())
      result = result->get_subcommands().front();
    return *result;
  }

  /// CLI11 says that a command is required also if there is one that it does not know.
  std::string what_is_missing(const CLI::RequiredError& error) const {
    const auto rest = innermost().remaining();
    if (innermost().get_require_subcommand_min() > 0 && !rest.empty())
      return "there is no command " + rest.front();
    return error.what();
  }

  template <class Command, class... Ts>
  CLI::App& add(CLI::App& parent, Ts... arguments) {
    const auto added = std::make_shared<Command>(arguments...);
    auto* sub = added->declare(parent);
    sub->callback([this, added] {
      // Of a command and one below it, the latter is chosen, and called first.
      if (chosen_)
        return;
      added->check();
      chosen_ = added;
    });
    return *sub;
  }

  CLI::App& add_group(const char* name, const char* description) {
    return *app_.add_subcommand(name, description)->require_subcommand(1);
  }

  CLI::App app_{"Keeps the state of running actors alive while the nodes of a cluster come and go", "ariadne"};
  std::shared_ptr<const command> chosen_;
};

} // namespace

tl::expected<std::shared_ptr<const command>, usage_text> parse_command_line(int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

void with_command_line(const std::function<void(const CLI::App&)>& visit) {
  const command_line line;
  visit(line.program());
}

} // namespace ariadne
