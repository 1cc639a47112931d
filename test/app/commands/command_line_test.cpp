#include "app/commands/command_line.hpp"

#include "app/commands/cluster.hpp"
#include "app/commands/cordon.hpp"
#include "app/commands/discard.hpp"
#include "app/commands/game_play.hpp"
#include "app/commands/keys.hpp"
#include "app/commands/load.hpp"
#include "app/commands/node.hpp"
#include "app/commands/resume.hpp"
#include "app/commands/session.hpp"
#include "app/commands/stash.hpp"
#include "app/commands/status.hpp"
#include "app/commands/storage.hpp"
#include "app/commands/take.hpp"
#include "app/commands/wait.hpp"
#include "crdt/printable_text.hpp"

#include <boost/test/unit_test.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace command_line_test {

using namespace ariadne;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A variable of the environment, until the test ends.
class variable {
public:
  variable(const char* name, const char* value) : name_(name) {
    if (const auto* before = std::getenv(name))
      before_ = before;
    ::setenv(name, value, 1);
  }
  ~variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

private:
  const char* name_;
  std::optional<std::string> before_;
};

tl::expected<std::shared_ptr<const command>, usage_text> parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"ariadne"};
  argv.insert(argv.end(), arguments);
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

template <class Command>
std::shared_ptr<const Command> parsed(std::initializer_list<const char*> arguments) {
  const auto result = parse(arguments);
  BOOST_REQUIRE_MESSAGE(result.has_value(), result.error().text);
  auto chosen = std::dynamic_pointer_cast<const Command>(*result);
  BOOST_REQUIRE(chosen);
  return chosen;
}

void check_is_usage_error(std::initializer_list<const char*> arguments, const std::string& what) {
  const auto result = parse(arguments);
  BOOST_REQUIRE(!result.has_value());
  const auto& [code, text] = result.error();
  BOOST_TEST((code == exit_code::usage));
  BOOST_TEST(text.find(what) != std::string::npos, text << " does not say " << what);
  BOOST_TEST(text == crdt::printable(text), text << " is not one line");
  BOOST_TEST(text.size() < 300u);
}

void check_is_printed(std::initializer_list<const char*> arguments, const std::string& what) {
  const auto result = parse(arguments);
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == exit_code::done));
  BOOST_TEST(result.error().text.find(what) != std::string::npos, result.error().text << " does not say " << what);
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(a_node_needs_a_cluster_file_and_a_name) {
  const auto node = parsed<node_command>({"node", "--cluster", "three.toml", "--name", "a"});
  BOOST_TEST(node->cluster_file == "three.toml");
  BOOST_TEST(node->name == "a");
  check_is_usage_error({"node", "--name", "a"}, "--cluster");
  check_is_usage_error({"node", "--cluster", "three.toml"}, "--name");
}

BOOST_AUTO_TEST_CASE(a_cluster_needs_a_file) {
  BOOST_TEST(parsed<cluster_command>({"cluster", "three.toml"})->cluster_file == "three.toml");
  check_is_usage_error({"cluster"}, "FILE");
}

BOOST_AUTO_TEST_CASE(a_client_command_talks_to_the_default_address_for_five_seconds) {
  const auto pickup = parsed<pickup_command>({"pickup", "game_ABYZ"});
  BOOST_TEST(pickup->key == "game_ABYZ");
  BOOST_TEST((pickup->node == endpoint{"127.0.0.1", default_node_port}));
  BOOST_TEST((pickup->timeout == 5s));
  BOOST_TEST(!pickup->json);
}

BOOST_AUTO_TEST_CASE(options_come_after_the_subcommand) {
  const auto keys = parsed<keys_command>({"keys", "--json", "game_", "--node", "[::1]:4101", "--timeout", "250ms"});
  BOOST_TEST(keys->prefix == "game_");
  BOOST_TEST((keys->node == endpoint{"::1", 4101}));
  BOOST_TEST((keys->timeout == 250ms));
  BOOST_TEST(keys->json);
}

BOOST_AUTO_TEST_CASE(a_cluster_file_stands_in_for_the_address_of_a_node) {
  const auto status = parsed<status_command>({"status", "--cluster", "three.toml"});
  BOOST_TEST(!status->node);
  BOOST_TEST(status->cluster_file == "three.toml");
}

BOOST_AUTO_TEST_CASE(the_address_of_a_node_goes_before_a_cluster_file) {
  const auto status = parsed<status_command>({"status", "--cluster", "three.toml", "--node", "127.0.0.1:4102"});
  BOOST_TEST((status->node == endpoint{"127.0.0.1", 4102}));
}

BOOST_AUTO_TEST_CASE(the_environment_names_what_the_command_line_does_not) {
  const variable file{"ARIADNE_CLUSTER", "three.toml"};
  BOOST_TEST(parsed<keys_command>({"keys"})->cluster_file == "three.toml");
  BOOST_TEST(parsed<keys_command>({"keys", "--cluster", "other.toml"})->cluster_file == "other.toml");
  const variable address{"ARIADNE_NODE", "127.0.0.1:4105"};
  BOOST_TEST(parsed<keys_command>({"keys"})->node.value().port == 4105);
  BOOST_TEST(parsed<keys_command>({"keys", "--node", "127.0.0.1:4106"})->node.value().port == 4106);
  BOOST_TEST(!parsed<keys_command>({"keys", "--cluster", "other.toml"})->node.has_value());
  const variable name{"ARIADNE_NAME", "a"};
  const auto node = parsed<node_command>({"node"});
  BOOST_TEST(node->cluster_file == "three.toml");
  BOOST_TEST(node->name == "a");
  BOOST_TEST(parsed<node_command>({"node", "--name", "b"})->name == "b");
  const variable bind{"ARIADNE_BIND", "[::]:4100"};
  const variable advertise{"ARIADNE_ADVERTISE", "games.example:4100"};
  const variable admin{"ARIADNE_ADMIN", "127.0.0.1:4180"};
  const variable format{"ARIADNE_LOG_FORMAT", "json"};
  const auto placed = parsed<node_command>({"node", "--advertise", "other.example:1"});
  BOOST_TEST((placed->bind == endpoint{"::", 4100}));
  BOOST_TEST((placed->advertise == endpoint{"other.example", 1}));
  BOOST_TEST((placed->admin == endpoint{"127.0.0.1", 4180}));
  BOOST_TEST((placed->format == log_format::json));
  BOOST_TEST((placed->origins.at("--advertise") == setting_origin::command_line));
  BOOST_TEST((placed->origins.at("--bind") == setting_origin::environment));
  const variable wrong{"ARIADNE_NODE", "somewhere"};
  check_is_usage_error({"keys"}, "ARIADNE_NODE: somewhere is not HOST:PORT");
}

BOOST_AUTO_TEST_CASE(a_node_says_where_each_of_its_settings_comes_from) {
  const auto told = [](const node_command& node, const node_config& listed) {
    program_config cluster;
    std::vector<std::string> result;
    for (const auto& [name, value, origin] : node.settings_of(cluster, listed).settings)
      result.push_back(fmt::format("{} {} {}", name, value, static_cast<int>(origin)));
    return fmt::format("{}", fmt::join(result, ", "));
  };
  const variable admin{"ARIADNE_ADMIN", "127.0.0.1:4180"};
  const node_config listed{.name = "a", .host = "a.example", .port = 4100};
  const auto plain = parsed<node_command>({"node", "--cluster", "f", "--name", "a"});
  BOOST_TEST(told(*plain, listed)
             == "cluster f 0, name a 0, advertise a.example:4100 2, bind a.example:4100 2, admin 127.0.0.1:4180 1, "
                "log_format text 3");
  auto bound = listed;
  bound.bind = endpoint{"0.0.0.0", 4100};
  const auto moved = parsed<node_command>(
    {"node", "--cluster", "f", "--name", "a", "--advertise", "b.example:1", "--log-format", "json"});
  BOOST_TEST(told(*moved, bound)
             == "cluster f 0, name a 0, advertise b.example:1 0, bind 0.0.0.0:4100 2, admin 127.0.0.1:4180 1, "
                "log_format json 0");
  const auto joined = parsed<node_command>({"node", "--cluster", "f", "--name", "a", "--listen", "10.0.0.5:1"});
  BOOST_TEST(told(*joined, {.name = "a", .host = "10.0.0.5", .port = 1})
             == "cluster f 0, name a 0, advertise 10.0.0.5:1 0, bind 10.0.0.5:1 0, admin 127.0.0.1:4180 1, "
                "log_format text 3");
}

BOOST_AUTO_TEST_CASE(a_stash_reads_stdin_unless_there_is_a_file) {
  BOOST_TEST(parsed<stash_command>({"stash", "key"})->value_file == "-");
  BOOST_TEST(parsed<stash_command>({"stash", "key", "-"})->value_file == "-");
  BOOST_TEST(parsed<stash_command>({"stash", "key", "state.bin"})->value_file == "state.bin");
}

BOOST_AUTO_TEST_CASE(a_stash_may_say_how_many_nodes_hold_it_and_for_how_long) {
  const auto write = [](std::initializer_list<const char*> arguments) {
    return parsed<stash_command>(arguments)->write;
  };
  BOOST_TEST((write({"stash", "key"}).concern.level == concern_level::one));
  BOOST_TEST((write({"stash", "key", "--concern", "majority"}).concern.level == concern_level::majority));
  BOOST_TEST((write({"stash", "key", "--concern", "3"}).concern.level == concern_level::count));
  BOOST_TEST(write({"stash", "key", "--concern", "3"}).concern.count == 3u);
  BOOST_TEST(write({"stash", "key", "--ttl", "2m"}).time_to_live_ms == 120'000u);
  const auto durable = write({"stash", "key", "--concern", "majority,durable"}).concern;
  BOOST_TEST((durable.level == concern_level::majority && durable.durable));
  BOOST_TEST(write({"stash", "key", "--concern", "2,durable"}).concern.count == 2u);
  BOOST_TEST(write({"stash", "key", "--concern", "one,durable"}).concern.durable);
  BOOST_TEST(!write({"stash", "key", "--concern", "one"}).concern.durable);
  for (const auto* concern : {"0", "-1", "some", "3x", "4294967296", "", "durable", ",durable", "one,durable,durable"})
    check_is_usage_error({"stash", "key", "--concern", concern}, "--concern");
  check_is_usage_error({"stash", "key", "--ttl", "soon"}, "soon");
}

BOOST_AUTO_TEST_CASE(a_pickup_may_wait) {
  const auto waits = parsed<pickup_command>({"pickup", "key", "--wait", "2s"})->wait;
  BOOST_TEST(waits.wait_ms == 2000u);
  BOOST_TEST((waits.until == wait_end::arrival));
  BOOST_TEST(
    (parsed<take_command>({"take", "key", "--wait", "2s", "--until-certain"})->wait.until == wait_end::certainty));
  check_is_usage_error({"pickup", "key", "--wait", "long"}, "long");
}

BOOST_AUTO_TEST_CASE(a_wait_is_for_something_and_lasts_a_minute) {
  const auto ready = parsed<wait_command>({"wait", "ready"});
  BOOST_TEST(ready->what == "ready");
  BOOST_TEST((ready->timeout == 1min));
  BOOST_TEST((parsed<wait_command>({"wait", "met", "--timeout", "2s"})->timeout == 2s));
  BOOST_TEST(parsed<wait_command>({"wait", "left", "b"})->leaver == "b");
  check_is_usage_error({"wait"}, "WHAT");
  check_is_usage_error({"wait", "gone"}, "gone is none of ready, met and left");
  check_is_usage_error({"wait", "left"}, "left needs the name of a node");
  check_is_usage_error({"wait", "ready", "b"}, "only left takes a node");
}

BOOST_AUTO_TEST_CASE(a_node_that_the_file_does_not_list_says_where_it_listens) {
  const auto node = parsed<node_command>({"node", "--cluster", "f", "--name", "d", "--listen", "127.0.0.1:4104"});
  BOOST_TEST((node->listen == endpoint{"127.0.0.1", 4104}));
  check_is_usage_error({"node", "--cluster", "f", "--name", "d", "--listen", "4104"}, "4104");
}

BOOST_AUTO_TEST_CASE(a_cluster_may_be_restarted_by_another_process) {
  BOOST_TEST(!parsed<cluster_command>({"cluster", "f"})->rolling_restart);
  BOOST_TEST(parsed<cluster_command>({"cluster", "f", "--rolling-restart"})->rolling_restart);
}

BOOST_AUTO_TEST_CASE(keys_are_bytes_and_taken_as_they_are) {
  BOOST_TEST(parsed<discard_command>({"discard", "\xff\xfe"})->key == "\xff\xfe");
  BOOST_TEST(parsed<take_command>({"take", "--", "--key"})->key == "--key");
  BOOST_TEST(parsed<take_command>({"take", "[a, b]"})->key == "[a, b]");
  BOOST_TEST(parsed<take_command>({"take", ""})->key.empty());
}

BOOST_AUTO_TEST_CASE(arguments_may_be_given_as_they_are_shown) {
  BOOST_TEST((parsed<take_command>({"take", "-e", "a\\x00\\n\\\\b"})->key == "a\0\n\\b"s));
  BOOST_TEST((parsed<keys_command>({"keys", "--escaped", "\\xff"})->prefix == "\xff"));
  const auto deliver = parsed<session_deliver_command>({"session", "deliver", "-e", "kind/\\x00", "say\\n"});
  BOOST_TEST((deliver->name == "kind/\0"s));
  BOOST_TEST(deliver->message == "say\n");
  BOOST_TEST(parsed<take_command>({"take", "a\\n"})->key == "a\\n");
  check_is_usage_error({"take", "-e", "C:\\temp\\games"}, "C:\\\\temp\\\\games has a backslash");
  check_is_usage_error({"session", "start", "-e", "\\x2f7"}, "/7 lacks the kind");
}

BOOST_AUTO_TEST_CASE(what_is_typed_is_repeated_briefly_and_without_controls) {
  check_is_usage_error({"take", "key", "\x1b[2J\nariadne: done"}, "\\x1b[2J\\nariadne: done");
  check_is_usage_error({"st\x1bsh", "key"}, "st\\x1bsh");
  const std::string long_argument(10'000, 'k');
  check_is_usage_error({"take", "key", long_argument.c_str()}, "bytes)");
  check_is_usage_error({"status", "--node", long_argument.c_str()}, "bytes)");
  check_is_usage_error({"stash", "key", "--concern", "\xe2\x80\xae"}, "\\xe2\\x80\\xae");
}

BOOST_AUTO_TEST_CASE(a_command_of_before_names_the_one_that_does_the_same_now) {
  const auto now = [](const std::string& command) { return "type \"ariadne session " + command; };
  check_is_usage_error({"game", "start", "ABYZ"}, now("start minotaur/ABYZ\""));
  check_is_usage_error({"game", "resume", "-e", "ABYZ", "--timeout", "1s"}, now("start minotaur/ABYZ\""));
  check_is_usage_error({"game", "show", "--node", "127.0.0.1:4101", "ABYZ"}, now("deliver minotaur/ABYZ show\""));
  check_is_usage_error({"game", "stop", "ABYZ", "--cluster", "f"}, now("stop minotaur/ABYZ\", which erases the state"));
  check_is_usage_error({"game", "show"}, now("deliver minotaur/ID show\""));
  check_is_usage_error({"game", "ABYZ"}, "there is no command ABYZ");
  check_is_usage_error({"game"}, "subcommand");
}

BOOST_AUTO_TEST_CASE(a_node_is_cordoned_by_name) {
  const auto cordon = parsed<cordon_command>({"session", "cordon", "b", "--cluster", "three.toml"});
  BOOST_TEST(cordon->cordoned_node == "b");
  BOOST_TEST(cordon->is_cordoned);
  BOOST_TEST(!parsed<cordon_command>({"session", "uncordon", "b"})->is_cordoned);
  check_is_usage_error({"session", "cordon"}, "NODE");
  check_is_usage_error({"session", "uncordon", "b", "c"}, "c");
  check_is_usage_error({"session", "cordon", "no node"}, "NODE: must");
  check_is_usage_error({"forget", ""}, "NODE: must");
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_on_one_node_and_only_anyway) {
  BOOST_TEST(parsed<resume_command>({"session", "resume", "--anyway", "b"})->resumed_node == "b");
  check_is_usage_error({"session", "resume", "b"}, "--anyway");
  check_is_usage_error({"session", "resume", "--anyway"}, "NODE");
}

BOOST_AUTO_TEST_CASE(only_what_is_salvaged_is_found) {
  BOOST_TEST(parsed<storage_repair_command>({"storage", "repair", "d", "--salvage", "--found"})->is_found);
  BOOST_TEST(!parsed<storage_repair_command>({"storage", "repair", "d", "--salvage"})->is_found);
  check_is_usage_error({"storage", "repair", "d", "--discard", "--found"}, "--found is about what --salvage");
}

BOOST_AUTO_TEST_CASE(a_session_is_named_by_kind_and_id) {
  const auto start = parsed<session_start_command>({"session", "start", "minotaur/a/7"});
  BOOST_TEST(start->kind == "minotaur");
  BOOST_TEST(start->id == "a/7");
  for (const auto* name : {"minotaur", "/7", "minotaur/", ""})
    check_is_usage_error({"session", "stop", name}, "lacks the kind or the id");
}

BOOST_AUTO_TEST_CASE(a_command_that_is_unknown_is_named) {
  check_is_usage_error({"stach", "key"}, "there is no command stach");
  check_is_usage_error({"session", "begin", "minotaur/7"}, "there is no command begin");
}

BOOST_AUTO_TEST_CASE(a_play_needs_a_cluster_file) {
  const auto play = parsed<game_play_command>({"game", "play", "--cluster", "three.toml"});
  BOOST_TEST(play->cluster_file == "three.toml");
  BOOST_TEST(play->games == 200u);
  BOOST_TEST((play->pause == 50ms));
  BOOST_TEST(!play->time.has_value());
  const auto short_play =
    parsed<game_play_command>({"game", "play", "--cluster", "f", "--games", "3", "--pause", "1ms", "--time", "2s"});
  BOOST_TEST(short_play->games == 3u);
  BOOST_TEST((short_play->pause == 1ms));
  BOOST_TEST((short_play->time == 2s));
  check_is_usage_error({"game", "play"}, "--cluster");
  check_is_usage_error({"game", "play", "--cluster", "f", "--games", "0"}, "--games");
  check_is_usage_error({"game", "play", "--cluster", "f", "--games", "many"}, "--games");
  check_is_usage_error({"game", "play", "--cluster", "f", "--pause", "fast"}, "--pause");
  check_is_usage_error({"game", "play", "--cluster", "f", "--time", "0s"}, "--time");
}

BOOST_AUTO_TEST_CASE(a_play_is_a_load_as_well_and_each_other_load_has_an_operation) {
  BOOST_TEST(parsed<game_play_command>({"load", "play", "--cluster", "f", "--games", "3"})->games == 3u);
  check_is_usage_error({"load", "play"}, "--cluster");
  const auto churn = parsed<load_command>({"load", "--clients", "4", "churn"});
  BOOST_TEST((churn->load.operation == load_operation::churn));
  BOOST_TEST(churn->load.clients == 4u);
  check_is_usage_error({"load"}, "OPERATION is required; see ariadne load --help");
  check_is_usage_error({"load", "gut"}, "gut is none of put, get, churn and play");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_unknown_is_a_usage_error) {
  check_is_usage_error({}, "subcommand");
  check_is_usage_error({"pickup"}, "KEY");
  check_is_usage_error({"pickup", "key", "more"}, "more");
  check_is_usage_error({"pickup", "key", "--colour"}, "--colour");
}

BOOST_AUTO_TEST_CASE(an_address_is_a_host_and_a_port) {
  for (const auto* address : {"localhost", ":4101", "localhost:0", "localhost:65536", "localhost:4101x", "::1:4101"})
    check_is_usage_error({"status", "--node", address}, address);
}

BOOST_AUTO_TEST_CASE(a_timeout_has_a_unit_and_sensible_bounds) {
  BOOST_TEST((parsed<status_command>({"status", "--timeout", "2m"})->timeout == 2min));
  for (const auto* timeout : {"5", "s", "-1s", "0s", "1.5s", "25h", "9223372036854775807h"})
    check_is_usage_error({"status", "--timeout", timeout}, timeout);
}

/// Every command that the help shows.
void for_each(const CLI::App& command, const std::function<void(const CLI::App&)>& visit) {
  visit(command);
  for (const auto* sub : command.get_subcommands([](const CLI::App* s) { return !s->get_group().empty(); }))
    for_each(*sub, visit);
}

BOOST_AUTO_TEST_CASE(the_help_of_each_command_fits_on_a_terminal_of_80_columns) {
  with_command_line([](const CLI::App& program) {
    for_each(program, [](const CLI::App& command) {
      std::istringstream lines{command.help()};
      for (std::string line; std::getline(lines, line);)
        BOOST_TEST(line.size() < 80u, command.get_name() << ": " << line);
    });
  });
}

BOOST_AUTO_TEST_CASE(a_table_in_the_help_stays_one) {
  check_is_printed({"--help"}, "\n  4  there is nothing under the key\n  5  nothing is there yet");
  check_is_printed({"game", "play", "--help"}, "\n  crash NAME   nodes may be killed");
}

BOOST_AUTO_TEST_CASE(the_help_says_something_of_each_argument_and_option) {
  with_command_line([](const CLI::App& program) {
    for_each(program, [](const CLI::App& command) {
      for (const auto* option : command.get_options())
        BOOST_TEST(!option->get_description().empty(), command.get_name() << ": " << option->get_name());
    });
  });
}

BOOST_AUTO_TEST_CASE(an_error_names_the_variable_where_the_environment_stands_in_for_an_option) {
  const variable cluster{"ARIADNE_CLUSTER", "three.toml"};
  const variable admin{"ARIADNE_ADMIN", "nowhere"};
  check_is_usage_error({"node", "--name", "a"}, "ARIADNE_ADMIN: nowhere is not HOST:PORT");
  check_is_usage_error({"node", "--name", "a", "--admin", "here"}, "--admin: here is not HOST:PORT");
}

BOOST_AUTO_TEST_CASE(an_error_names_the_command_whose_help_says_more) {
  check_is_usage_error({"status", "--colour"}, "; see ariadne status --help");
  check_is_usage_error({"session", "stop", "minotaur"}, "; see ariadne session stop --help");
  check_is_usage_error({"stach"}, "; see ariadne --help");
}

BOOST_AUTO_TEST_CASE(help_and_version_are_no_errors) {
  check_is_printed({"--help"}, "Exit codes");
  check_is_printed({"stash", "--help"}, "KEY");
  check_is_printed({"--version"}, "ariadne ");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace command_line_test
