#include "test/support/game_nodes.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ariadne::test {

game_nodes::game_nodes(std::string_view settings, std::string_view game, virtual_network* network)
  : nodes{names(), settings, network} {
  const auto file = file_with(game);
  for (const auto& name : names())
    nodes.start(name, file);
  nodes.settle();
}

const std::vector<std::string>& game_nodes::names() {
  static const std::vector<std::string> result{"a", "b", "c"};
  return result;
}

std::filesystem::path game_nodes::file_with(std::string_view game) {
  const auto result = nodes.directory() / fmt::format("games_{}.toml", ++files_);
  write_file(result, fmt::format("{}\n[minotaur]\n{}\n", read_file(nodes.file()), game));
  return result;
}

void game_nodes::start_games(int count) {
  for (int i = 0; i < count; ++i) {
    const auto started = nodes.run("a", {"session", "start", fmt::format("minotaur/{}", i)});
    BOOST_REQUIRE_MESSAGE(started.exit_code == 0, started.err);
  }
}

std::map<std::string, std::string> game_nodes::places(const std::string& node) {
  std::map<std::string, std::string> result;
  for (const auto& s : listed_by(node))
    result[s["id"]] = s["phase"] == "running" ? s["node"] : s["phase"];
  return result;
}

std::map<std::string, std::uint64_t> game_nodes::epochs(const std::string& node) {
  std::map<std::string, std::uint64_t> result;
  for (const auto& s : listed_by(node))
    result[s["id"]] = s["epoch"];
  return result;
}

nlohmann::json game_nodes::listed_by(const std::string& node) {
  const auto listed = nodes.run(node, {"sessions", "--json"});
  return listed.exit_code == 0 ? nlohmann::json::parse(listed.out) : nlohmann::json::array();
}

bool game_nodes::all_run(const std::string& seen_from, std::size_t count, const std::string& but) {
  return eventually([&] {
    const auto now = places(seen_from);
    return now.size() == count && std::all_of(now.begin(), now.end(), [&](const auto& game) {
             return std::count(names().begin(), names().end(), game.second) == 1 && nodes.running(game.second)
                    && game.second != but;
           });
  });
}

bool game_nodes::eventually_at(const std::map<std::string, std::string>& expected, const std::string& seen_from) {
  return eventually([&] { return places(seen_from) == expected; });
}

bool game_nodes::is_without_games(const std::string& node) {
  return eventually([&] {
    const auto listed = nodes.run(node, {"sessions"});
    return listed.exit_code == 0 && listed.out.empty();
  });
}

run_result game_nodes::say(const std::string& node, int game, const std::string& message) {
  return nodes.run(node, {"session", "deliver", fmt::format("minotaur/{}", game), message, "--timeout", "20s"});
}

minotaur::scripted_play_options game_nodes::players(std::size_t games) const {
  minotaur::scripted_play_options result;
  for (const auto& name : names())
    result.nodes.push_back({nodes.host(name), nodes.port(name)});
  result.games = games;
  result.pause = std::chrono::milliseconds{10};
  return result;
}

} // namespace ariadne::test
