#include "app/play.hpp"

#include "app/duration.hpp"
#include "app/minotaur/scripted_play.hpp"

#include <fmt/format.h>

#include <cstdio>
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

/// What other programs wait for.
void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void complain(const std::string& line) {
  fmt::print(stderr, "ariadne: {}\n", line);
}

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
std::optional<std::vector<play_part>> play_by_input(minotaur::scripted_play& play) {
  std::vector<part_begin> begun;
  std::vector<play_part> parts;
  const auto end_part = [&] {
    if (!begun.empty())
      parts.push_back(play.end_part(begun.back().name, begun.back().what));
  };
  for (std::string line; std::getline(std::cin, line);) {
    const auto next = parse_part(line);
    if (!next) {
      complain(fmt::format("stdin: {} is neither drain NAME nor crash NAME", line));
      return std::nullopt;
    }
    end_part();
    begun.push_back(*next);
    say("part begins: " + next->name);
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
  say(fmt::format("games that run: {}", command.games));
  const auto parts = command.time ? play_for(play, *command.time) : play_by_input(play);
  auto result = exit_code::done;
  if (const auto ended = play.end_games(); ended < command.games) {
    complain(fmt::format("{} games could not be ended", command.games - ended));
    result = exit_code::failed;
  }
  if (!parts)
    return exit_code::usage;
  say("");
  say(minotaur::to_table(*parts));
  for (const auto& part : *parts)
    for (const auto& broken : minotaur::broken_promises(part)) {
      complain(broken);
      result = exit_code::failed;
    }
  return result;
}

} // namespace ariadne
