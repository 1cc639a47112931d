#include "app/commands/play.hpp"

#include "app/config/duration.hpp"
#include "app/output/output.hpp"
#include "app/play/scripted_play.hpp"
#include "app/process/standard_streams.hpp"
#include "crdt/printable_text.hpp"

#include <fmt/format.h>

#include <iostream>
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

} // namespace

exit_code run_play(const play_command& command, const cluster_config& cluster) {
  if (const auto writable = check_stdout(); !writable) {
    complain(writable.error().text);
    return writable.error().code;
  }
  if (!command.time && is_stdin_closed()) {
    complain("cannot read stdin: it is closed; it says when a part of the play begins, unless there is --time");
    return exit_code::failed;
  }
  play_output output;
  minotaur::scripted_play_options options;
  for (const auto& node : cluster.nodes)
    options.nodes.push_back({node.host, node.port});
  options.games = command.games;
  options.pause = command.pause;
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

} // namespace ariadne
