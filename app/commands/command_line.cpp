#include "app/commands/command_line.hpp"

#include "app/config/duration.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

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
  "  6  the answer could not be written to stdout; of what has an answer: pickup, take,\n"
  "     keys, status, watch, sessions, session deliver, game play, --help\n"
  "  7  take: the state is written out, but somebody else has taken or replaced it\n"
  "     meanwhile; what has replaced it stays\n"
  "A line on stderr that cannot be written changes nothing.\n"
  "\n"
  "Keys, ids and names may be any bytes. What cannot be shown as it is, is shown as \\n,\n"
  "\\r, \\t, \\xHH for any byte, a backslash as \\\\. With --escaped (-e), a command takes\n"
  "its arguments in that form: ariadne pickup -e 'game\\x00_7'. JSON has a string; where\n"
  "the bytes are no UTF-8, they stand beside it in base64: key_base64 beside key.";

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
    add_pickup("pickup", client_operation::pickup, "Write the state under a key to stdout, and leave it there");
    add_pickup(
      "take", client_operation::take,
      "Write the state under a key to stdout, and then discard what has been written, and nothing newer; if it "
      "cannot be written, it stays. Nodes that do so at once may all get it");
    add_client("discard", client_operation::discard, "Forget the state under a key", "KEY");
    add_keys();
    add_client("status", client_operation::status,
               "Show a node, its replica, the members that it knows, and the sessions of each");
    add_watch();
    add_client("forget", client_operation::forget,
               "Have all nodes forget one that is down, will not return, and is not in the cluster file", "NODE");
    add_sessions();
    add_game();
  }

  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  tl::expected<command, usage_text> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
      return parsed_.value();
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

private:
  /// CLI11's own sentences repeat what was typed.
  static usage_text usage_error(std::string_view what) {
    constexpr std::size_t bytes_max = 240;
    return {exit_code::usage, fmt::format("{}; see ariadne --help", crdt::printable_briefly(what, bytes_max))};
  }

  /// CLI11 says that a command is required also if there is one that it does not know.
  std::string what_is_missing(const CLI::RequiredError& error) const {
    const auto* innermost = &app_;
    while (!innermost->get_subcommands().empty())
      innermost = innermost->get_subcommands().front();
    const auto rest = innermost->remaining();
    if (innermost->get_require_subcommand_min() > 0 && !rest.empty())
      return "there is no command " + rest.front();
    return error.what();
  }

  void add_node() {
    auto* sub = app_.add_subcommand("node", "Run one node of a cluster until SIGTERM or Ctrl-C");
    sub->add_option("--cluster", node_.cluster_file, "The cluster file")->required()->type_name("FILE");
    sub->add_option("--name", node_.name, "Which node of the file")->required()->type_name("NAME");
    sub
      ->add_option_function<std::string>(
        "--listen", [this](const std::string& text) { node_.listen = parse_endpoint("--listen", text); },
        "Join the cluster as a node that the file does not list, and accept connections here")
      ->type_name("HOST:PORT");
    sub->footer(
      "SIGTERM, Ctrl-C or the end of its terminal stops the node gracefully; Ctrl-C once more, or SIGQUIT, ends\n"
      "it at once, by that signal. Without a terminal, SIGHUP is ignored.");
    sub->callback([this] { parsed_ = node_; });
  }

  void add_cluster() {
    auto* sub = app_.add_subcommand("cluster", "Run all nodes of a cluster as child processes");
    sub->add_option("FILE", cluster_.cluster_file, "The cluster file")->required()->type_name("");
    auto* restart =
      sub->add_flag("--rolling-restart", cluster_.rolling_restart,
                    "Have the nodes that another \"ariadne cluster FILE\" runs restarted, one after the other, by the "
                    "file as it is now: what does not run first, then what runs");
    sub->add_flag("--check", cluster_.check, "Only check the file, and list its nodes")->excludes(restart);
    sub->footer("A node that crashes is started again, after a pause that grows, up to ten times in a row.\n"
                "SIGTERM, Ctrl-C or the end of the terminal stops the nodes gracefully, one after the other; Ctrl-C\n"
                "once more, or SIGQUIT, kills them. A rolling restart that has failed can be asked for again; it goes\n"
                "on if the one who asked is interrupted.");
    sub->callback([this] { parsed_ = cluster_; });
  }

  void add_stash() {
    auto* sub = add_client("stash", client_operation::stash, "Keep a value under a key", "KEY");
    sub->add_option("FILE", client_.value_file, "Where the value is; - is stdin, the default")->type_name("");
    sub
      ->add_option_function<std::string>(
        "--concern", [this](const std::string& text) { set_concern(text); },
        "Which nodes have to hold the value: local, one besides this one (the default), majority, all, or how many")
      ->type_name("CONCERN");
    sub
      ->add_option_function<std::string>(
        "--ttl",
        [this](const std::string& text) {
          client_.write.time_to_live_ms = parse_time("--ttl", text, std::chrono::hours{24 * 365});
        },
        "After how long nobody can pick it up any more, such as 10m or 1h; never by default")
      ->type_name("TIME");
  }

  void add_pickup(const char* name, client_operation operation, const char* description) {
    auto* sub = add_client(name, operation, description, "KEY");
    sub
      ->add_option_function<std::string>(
        "--wait",
        [this](const std::string& text) { client_.wait.wait_ms = parse_time("--wait", text, std::chrono::hours{24}); },
        "Wait so long for the key to arrive; the timeout counts from then on")
      ->type_name("TIME");
    sub->add_flag_callback(
      "--until-certain", [this] { client_.wait.until = wait_end::certainty; },
      "Wait no longer than until the node has all that others had when it last met them");
  }

  void add_watch() {
    auto* sub = add_client("watch", client_operation::watch, "Show what happens to keys and nodes, until Ctrl-C");
    sub->add_option("PREFIX", client_.argument, "Only the keys that start with it")->type_name("");
    sub->footer(
      "With --cluster, it goes on by way of another node of the file when its node stops or dies, and says so on\n"
      "stderr. What has changed meanwhile is shown then: what stands otherwise than it was shown is stashed, what\n"
      "is gone is discarded, once that node has caught up with the others. What a node that has died had told,\n"
      "and others do not have, is shown as gone.");
  }

  void add_keys() {
    auto* sub = add_client("keys", client_operation::keys, "List the keys, sorted");
    sub->add_option("PREFIX", client_.argument, "Only the keys that start with it")->type_name("");
  }

  void add_sessions() {
    auto* list = add_client("sessions", client_operation::sessions, "List the sessions and where they run");
    list->add_option("PREFIX", client_.argument, "Only those whose KIND/ID starts with it")->type_name("");
    auto* session =
      app_.add_subcommand("session", "Start a session, speak to it, or end it, wherever it runs; cordon nodes");
    session->require_subcommand(1);
    auto add = [&](const char* name, client_operation operation, const char* description) {
      return add_client(name, operation, description, "KIND/ID", session);
    };
    add("start", client_operation::session_start, "Start a session, unless it runs");
    add("deliver", client_operation::session_deliver, "Have a session handle a message")
      ->add_option("MESSAGE", client_.message, "The message")
      ->required()
      ->type_name("");
    add("stop", client_operation::session_stop, "End a session; its state is gone");
    add_client("cordon", client_operation::session_cordon,
               "Have a node take over no sessions, until it is uncordoned or restarts; it keeps those that it runs",
               "NODE", session);
    add_client("uncordon", client_operation::session_uncordon, "Have a node take over sessions again", "NODE", session);
  }

  void add_game() {
    auto* game = app_.add_subcommand("game", "Play Minotaur, the sample game, on a cluster");
    game->require_subcommand(1);
    add_removed_game_command(*game, "start", "\"ariadne session start minotaur/{0}\"");
    add_removed_game_command(*game, "resume", "\"ariadne session start minotaur/{0}\"");
    add_removed_game_command(*game, "show", "\"ariadne session deliver minotaur/{0} show\"");
    add_removed_game_command(*game, "stop",
                             "\"ariadne session stop minotaur/{0}\", which erases the state; a game that is to go on "
                             "moves by itself when its node stops");
    add_play(*game);
  }

  /// What 0.2.0 had. `instead` has a place for the ID of the game.
  void add_removed_game_command(CLI::App& game, const char* name, const char* instead) {
    auto* sub = game.add_subcommand(name)->group("");
    auto id = std::make_shared<std::string>("ID");
    sub->add_option("ID", *id);
    for (const auto* option : {"--node", "--cluster", "--timeout"})
      sub->add_option_function<std::string>(option, [](const std::string&) {});
    sub->add_flag("-e,--escaped");
    sub->callback([id, name, instead] {
      throw CLI::ValidationError(fmt::format("game {}", name),
                                 fmt::format("there is no such command any more; type {}",
                                             fmt::format(fmt::runtime(instead), crdt::escaped_briefly(*id))));
    });
  }

  void add_play(CLI::App& game) {
    auto* sub =
      game.add_subcommand("play", "Have scripted players play many games on a cluster, and count what is lost");
    sub->add_option("--cluster", play_.cluster_file, "The cluster file")->required()->type_name("FILE");
    sub->add_option("--games", play_.games, "How many games, 200 by default")
      ->check(CLI::Range(1, 10'000))
      ->type_name("COUNT");
    sub
      ->add_option_function<std::string>(
        "--pause",
        [this](const std::string& text) {
          play_.pause = std::chrono::milliseconds{parse_time("--pause", text, std::chrono::minutes{1})};
        },
        "How long each game is left alone between two moves; 50ms by default")
      ->type_name("TIME");
    sub
      ->add_option_function<std::string>(
        "--time",
        [this](const std::string& text) {
          play_.time = std::chrono::milliseconds{parse_time("--time", text, std::chrono::hours{24})};
        },
        "How long to play, while no node is killed")
      ->type_name("TIME");
    sub->footer(
      "Without --time, each line on stdin begins a part of the play, and the end of stdin ends it:\n"
      "  drain NAME   nodes are stopped gracefully, or not at all: no move may be lost\n"
      "  crash NAME   nodes may be killed: moves that came after the last checkpoint may be lost\n"
      "Ends the games, prints a table with a column for each part, and exits with code 1 if more was lost, or\n"
      "if anything happened twice. The games are the sessions minotaur/1, minotaur/2 and so on.");
    sub->callback([this] { parsed_ = play_; });
  }

  CLI::App* add_client(const char* name, client_operation operation, const char* description,
                       const char* argument = nullptr, CLI::App* parent = nullptr) {
    auto* sub = (parent ? parent : &app_)->add_subcommand(name, description);
    if (argument)
      sub->add_option(argument, client_.argument)->required()->type_name("");
    sub
      ->add_option_function<std::string>(
        "--node", [this](const std::string& text) { client_.node = parse_endpoint("--node", text); },
        fmt::format(
          "The node to talk to; without it, those of the cluster file in turn, until one can help, or 127.0.0.1:{} "
          "without a file",
          default_node_port))
      ->type_name("HOST:PORT");
    sub->add_option("--cluster", client_.cluster_file, "The cluster file")->type_name("FILE");
    sub
      ->add_option_function<std::string>(
        "--timeout",
        [this](const std::string& text) {
          client_.timeout = std::chrono::milliseconds{parse_time("--timeout", text, std::chrono::hours{24})};
        },
        "How long to try at most, such as 500ms or 2s; 5s by default. While a large value is moved, it counts from its "
        "last "
        "piece on")
      ->type_name("TIME");
    if (!parent)
      sub->add_flag("--json", client_.json, "Answer in JSON");
    if (argument || takes_prefix(operation))
      sub->add_flag("-e,--escaped", are_escaped_,
                    "Take the arguments as they are shown: \\n, \\xHH and so on are bytes");
    sub->callback([this, operation] {
      client_.operation = operation;
      unescape_arguments();
      if (takes_session(operation))
        check_session_name();
      if (!client_.node && client_.cluster_file.empty())
        client_.node = endpoint{"127.0.0.1", default_node_port};
      parsed_ = client_;
    });
    return sub;
  }

  static constexpr bool takes_prefix(client_operation operation) {
    return operation == client_operation::keys || operation == client_operation::watch
           || operation == client_operation::sessions;
  }

  static constexpr bool takes_session(client_operation operation) {
    return operation == client_operation::session_start || operation == client_operation::session_deliver
           || operation == client_operation::session_stop;
  }

  void unescape_arguments() {
    for (auto* argument : {&client_.argument, &client_.message})
      if (are_escaped_) {
        auto bytes = crdt::unescaped(*argument);
        if (!bytes)
          throw CLI::ValidationError("--escaped",
                                     fmt::format("{} has a backslash that begins none of \\\\, \\n, \\r, \\t, "
                                                 "\\xHH",
                                                 crdt::escaped_briefly(*argument)));
        *argument = std::move(*bytes);
      }
  }

  void check_session_name() const {
    const auto slash = client_.argument.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == client_.argument.size())
      throw CLI::ValidationError("KIND/ID",
                                 fmt::format("{} lacks the kind or the id of a session; an example is minotaur/7",
                                             crdt::escaped_briefly(client_.argument)));
  }

  static endpoint parse_endpoint(const char* option, const std::string& text) {
    const auto result = endpoint_from_string(text);
    if (!result)
      throw CLI::ValidationError(option,
                                 fmt::format("{} is not HOST:PORT, such as 127.0.0.1:4100 or [::1]:4100", text));
    return *result;
  }

  /// In milliseconds.
  static std::uint64_t parse_time(const char* option, const std::string& text, std::chrono::milliseconds most) {
    const auto time = parse_duration(text);
    if (!time || *time < std::chrono::milliseconds{1} || *time > most)
      throw CLI::ValidationError(option,
                                 fmt::format("{} is not a time from 1ms to {}, such as 2s", text, to_string(most)));
    return static_cast<std::uint64_t>(time->count());
  }

  void set_concern(const std::string& text) {
    static const std::map<std::string, concern_level> levels{{"one", concern_level::one},
                                                             {"local", concern_level::local},
                                                             {"majority", concern_level::majority},
                                                             {"all", concern_level::all}};
    auto& concern = client_.write.concern;
    if (const auto level = levels.find(text); level != levels.end()) {
      concern.level = level->second;
      return;
    }
    concern.level = concern_level::count;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), concern.count);
    if (error != std::errc{} || end != text.data() + text.size() || concern.count == 0)
      throw CLI::ValidationError("--concern",
                                 fmt::format("{} is none of one, local, majority, all, and no number from 1 to {}",
                                             text, std::numeric_limits<decltype(concern.count)>::max()));
  }

  CLI::App app_{"Keeps the state of running actors alive while the nodes of a cluster come and go", "ariadne"};
  node_command node_;
  cluster_command cluster_;
  client_command client_;
  play_command play_;
  bool are_escaped_ = false;
  std::optional<command> parsed_;
};

} // namespace

tl::expected<command, usage_text> parse_command_line(int argc, const char* const* argv) {
  return command_line{}.parse(argc, argv);
}

} // namespace ariadne
