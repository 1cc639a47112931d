#include "app/commands/game_play.hpp"

#include "app/client/contact_points.hpp"
#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/config/duration.hpp"
#include "app/output/output.hpp"
#include "app/play/scripted_play.hpp"
#include "app/process/process_signals.hpp"
#include "app/process/standard_streams.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

using minotaur::disturbance;
using minotaur::play_part;

struct part_begin {
  disturbance what = disturbance::drain;
  std::string name;
};

/// Says what other programs wait for, and what the play is for: its table.
class play_output {
public:
  void say(const std::string& line) {
    if (const auto written = write_out(line + '\n'); !written && !std::exchange(has_failed_, true))
      complain(written.error().text);
  }

  bool has_failed() const {
    return has_failed_;
  }

private:
  bool has_failed_ = false;
};

std::optional<part_begin> parse_part(const std::string& line) {
  const auto space = line.find(' ');
  if (space == std::string::npos || space + 1 == line.size())
    return std::nullopt;
  const auto what = line.substr(0, space);
  if (what == "drain")
    return part_begin{disturbance::drain, line.substr(space + 1)};
  if (what == "crash")
    return part_begin{disturbance::crash, line.substr(space + 1)};
  return std::nullopt;
}

/// Plays until the end of the standard input. Answers nothing if a line is not understood.
std::optional<std::vector<play_part>> play_by_input(minotaur::scripted_play& play, play_output& output) {
  std::vector<part_begin> begun;
  std::vector<play_part> parts;
  const auto end_part = [&] {
    if (!begun.empty())
      parts.push_back(play.end_part(begun.back().name, begun.back().what));
  };
  for (std::string line; std::getline(std::cin, line);) {
    const auto next = parse_part(line);
    if (!next) {
      complain(fmt::format("stdin: {} is neither drain NAME nor crash NAME", crdt::printable_briefly(line)));
      return std::nullopt;
    }
    end_part();
    begun.push_back(*next);
    output.say("part begins: " + crdt::printable(next->name));
  }
  end_part();
  return parts;
}

std::vector<play_part> play_for(minotaur::scripted_play& play, std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
  return {play.end_part(to_string(time), disturbance::drain)};
}

exit_code play_on(const cluster_config& cluster, const game_play_command& command) {
  play_output output;
  minotaur::scripted_play_options options;
  auto nodes = addresses_of(cluster);
  if (!nodes) {
    complain(nodes.error().text);
    return nodes.error().code;
  }
  options.nodes = std::move(*nodes);
  options.games = command.games;
  options.pause = command.pause;
  if (cluster.security) {
    auto security = load_security(command.identity);
    if (!security) {
      complain(security.error());
      return exit_code::usage;
    }
    options.security = std::move(*security);
  }
  minotaur::scripted_play play{std::move(options)};
  if (const auto begun = play.begin(); !begun) {
    complain(begun.error());
    return exit_code::failed;
  }
  output.say(fmt::format("games that run: {}", command.games));
  const auto parts = command.time ? play_for(play, *command.time) : play_by_input(play, output);
  auto result = exit_code::done;
  if (const auto ended = play.end_games(); ended < command.games) {
    complain(fmt::format("{} games could not be ended", command.games - ended));
    result = exit_code::failed;
  }
  if (!parts)
    return exit_code::usage;
  output.say("");
  output.say(crdt::printable_lines(minotaur::to_table(*parts)));
  for (const auto& part : *parts)
    for (const auto& broken : minotaur::broken_promises(part)) {
      complain(broken);
      result = exit_code::failed;
    }
  return result == exit_code::done && output.has_failed() ? exit_code::unwritten : result;
}

/// `now` is what is to be typed instead, with a place for the ID of the game; `but`, in what it differs.
void add_removed(CLI::App& game, const char* name, const char* now, const char* but = "") {
  auto* sub = game.add_subcommand(name)->group("");
  const auto id = std::make_shared<std::string>("ID");
  sub->add_option("ID", *id);
  for (const auto* option : {"--node", "--cluster", "--timeout"})
    sub->add_option_function<std::string>(option, [](const std::string&) {});
  sub->add_flag("-e,--escaped");
  sub->callback([=] {
    throw CLI::ValidationError(fmt::format("game {}", name),
                               fmt::format("there is no such command any more; type \"ariadne session {}\"{}",
                                           fmt::format(fmt::runtime(now), "minotaur/" + crdt::escaped_briefly(*id)),
                                           but));
  });
}

} // namespace

CLI::App* game_play_command::declare(CLI::App& parent) {
  auto* sub =
    parent.add_subcommand("play", "Have scripted players play many games on a cluster, and count what is lost");
  sub->add_option("--cluster", cluster_file, "The cluster file")
    ->required()
    ->envname("ARIADNE_CLUSTER")
    ->type_name("FILE");
  sub->add_option("--games", games, "How many games, 200 by default")->check(CLI::Range(1, 10'000))->type_name("COUNT");
  add_time(
    *sub, "--pause", std::chrono::minutes{1}, [this](std::chrono::milliseconds given) { pause = given; },
    "How long each game is left alone between two moves; 50ms by default");
  add_identity(*sub, identity);
  add_time(
    *sub, "--time", std::chrono::hours{24}, [this](std::chrono::milliseconds given) { time = given; },
    "How long to play, while no node is killed");
  return sub->footer(
    "Without --time, each line on stdin begins a part of the play, and the end of stdin ends it:\n"
    "  drain NAME   nodes are stopped gracefully, or not at all: no move may be lost\n"
    "  crash NAME   nodes may be killed: moves after the last checkpoint may be lost\n"
    "Ends the games, prints a table with a column for each part, and exits with code 1 if more was lost, or\n"
    "if anything happened twice. The games are the sessions minotaur/1, minotaur/2 and so on.");
}

exit_code game_play_command::run() const {
  unblock_stop_signals();
  return with_cluster(cluster_file, client_needs, [this](const cluster_config& cluster) {
    if (const auto writable = check_stdout(); !writable) {
      complain(writable.error().text);
      return writable.error().code;
    }
    if (!time && is_stdin_closed()) {
      complain("cannot read stdin: it is closed; it says when a part of the play begins, unless there is --time");
      return exit_code::failed;
    }
    return play_on(cluster, *this);
  });
}

void add_removed_game_commands(CLI::App& game) {
  add_removed(game, "start", "start {}");
  add_removed(game, "resume", "start {}");
  add_removed(game, "show", "deliver {} show");
  add_removed(game, "stop", "stop {}",
              ", which erases the state; a game that is to go on moves by itself when its node stops");
}

} // namespace ariadne
