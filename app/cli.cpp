#include "app/cli.hpp"

#include "app/duration.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <sstream>

namespace ariadne {

namespace {

constexpr auto exit_codes_help = "Exit codes:\n"
                                 "  0  done\n"
                                 "  1  failed; a line on stderr says why\n"
                                 "  2  error in the command line or in the cluster file\n"
                                 "  3  a node stopped without having handed over everything\n"
                                 "  4  there is nothing under the key\n"
                                 "  5  nothing is there yet, but the node has not yet caught up with the others";

/// The command line as CLI11 sees it; `parsed` is set by whichever subcommand was given.
class command_line {
public:
  command_line() {
    app_.set_version_flag("--version", "ariadne " ARIADNE_VERSION);
    app_.require_subcommand(1);
    app_.footer(exit_codes_help);
    add_node();
    add_cluster();
    add_stash();
    add_client("pickup", client_operation::pickup, "Write the state under a key to stdout, and leave it there", "KEY");
    add_client("take", client_operation::take, "Write the state under a key to stdout, and discard it", "KEY");
    add_client("discard", client_operation::discard, "Forget the state under a key", "KEY");
    add_keys();
    add_client("status", client_operation::status, "Show a node, its replica, and the members that it knows");
    add_game();
  }

  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  tl::expected<command, usage_text> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      return parsed_.value();
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0)
        return tl::unexpected(
          usage_text{exit_code::usage, fmt::format("ariadne: {}; see ariadne --help\n", error.what())});
      std::ostringstream out;
      app_.exit(error, out, out);
      return tl::unexpected(usage_text{exit_code::done, out.str()});
    }
  }

private:
  void add_node() {
    auto* sub = app_.add_subcommand("node", "Run one node of a cluster until SIGTERM or SIGINT");
    sub->add_option("--cluster", node_.cluster_file, "The cluster file")->required()->type_name("FILE");
    sub->add_option("--name", node_.name, "Which node of the file")->required()->type_name("NAME");
    sub->footer("SIGTERM or SIGINT stops the node gracefully; a second one ends it at once, by that signal.");
    sub->callback([this] { parsed_ = node_; });
  }

  void add_cluster() {
    auto* sub = app_.add_subcommand("cluster", "Run all nodes of a cluster as child processes");
    sub->add_option("FILE", cluster_.cluster_file, "The cluster file")->required()->type_name("");
    sub->footer("SIGTERM or SIGINT stops the nodes gracefully, one after the other; a second one kills them.");
    sub->callback([this] { parsed_ = cluster_; });
  }

  void add_stash() {
    auto* sub = add_client("stash", client_operation::stash, "Keep a value under a key", "KEY");
    sub->add_option("FILE", client_.value_file, "Where the value is; - is stdin, the default")->type_name("");
  }

  void add_keys() {
    auto* sub = add_client("keys", client_operation::keys, "List the keys, sorted");
    sub->add_option("PREFIX", client_.argument, "Only the keys that start with it")->type_name("");
  }

  void add_game() {
    auto* game = app_.add_subcommand("game", "Play Minotaur, the sample game, on a node");
    game->require_subcommand(1);
    add_client("start", client_operation::game_start, "Start a game, or go on with a stashed one", "ID", game);
    add_client("resume", client_operation::game_resume, "Go on with a stashed game", "ID", game);
    add_client("show", client_operation::game_show, "Show a game that is played on the node", "ID", game);
    add_client("stop", client_operation::game_stop, "Stash a game and end its session", "ID", game);
  }

  CLI::App* add_client(const char* name, client_operation operation, const char* description,
                       const char* argument = nullptr, CLI::App* parent = nullptr) {
    auto* sub = (parent ? parent : &app_)->add_subcommand(name, description);
    if (argument)
      sub->add_option(argument, client_.argument)->required()->type_name("");
    sub
      ->add_option_function<std::string>(
        "--node", [this](const std::string& text) { set_node(text); },
        "The node to talk to; without it, the first one of the cluster file")
      ->type_name("HOST:PORT");
    sub->add_option("--cluster", client_.cluster_file, "The cluster file")->type_name("FILE");
    sub
      ->add_option_function<std::string>(
        "--timeout", [this](const std::string& text) { set_timeout(text); },
        "How long to try at most, such as 500ms or 2s; 5s by default")
      ->type_name("TIME");
    if (!parent)
      sub->add_flag("--json", client_.json, "Answer in JSON");
    sub->callback([this, operation] {
      client_.operation = operation;
      if (!client_.node && client_.cluster_file.empty())
        client_.node = endpoint{"127.0.0.1", default_node_port};
      parsed_ = client_;
    });
    return sub;
  }

  void set_node(const std::string& text) {
    client_.node = endpoint_from_string(text);
    if (!client_.node)
      throw CLI::ValidationError("--node", fmt::format("{} is not HOST:PORT", text));
  }

  void set_timeout(const std::string& text) {
    const auto timeout = parse_duration(text);
    if (!timeout || *timeout < std::chrono::milliseconds{1} || *timeout > std::chrono::hours{24})
      throw CLI::ValidationError("--timeout", fmt::format("{} is not a time from 1ms to 24h, such as 2s", text));
    client_.timeout = *timeout;
  }

  CLI::App app_{"Keeps the state of running actors alive while the nodes of a cluster come and go", "ariadne"};
  node_command node_;
  cluster_command cluster_;
  client_command client_;
  std::optional<command> parsed_;
};

} // namespace

tl::expected<command, usage_text> parse_command_line(int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

} // namespace ariadne
