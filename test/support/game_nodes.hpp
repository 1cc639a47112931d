#pragma once

#include "app/play/scripted_play.hpp"
#include "test/support/cluster_process.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::test {

/// The nodes "a", "b" and "c", on which games are played: the sessions minotaur/0, minotaur/1 and so on.
class game_nodes {
public:
  /// Starts all of them. `settings` are further lines of the table `[cluster]`, `game` those of `[minotaur]`.
  explicit game_nodes(std::string_view settings = {}, std::string_view game = {}, virtual_network* network = nullptr);

  static const std::vector<std::string>& names();

  /// The cluster file with other lines in `[minotaur]`, for nodes that are started from it.
  std::filesystem::path file_with(std::string_view game);

  void start_games(int count);

  /// Where the games run, as the node sees it; the phase of those that do not.
  std::map<std::string, std::string> places(const std::string& node);

  /// The epochs of the games, as the node sees them.
  std::map<std::string, std::uint64_t> epochs(const std::string& node);

  /// Waits until `count` games run on nodes other than `but`.
  bool all_run(const std::string& seen_from, std::size_t count, const std::string& but = {});

  /// Waits until the node sees all games at these places, see `places`, and no others.
  bool eventually_at(const std::map<std::string, std::string>& expected, const std::string& seen_from);

  /// Waits until the node, which answers, sees no games.
  bool is_without_games(const std::string& node);

  run_result say(const std::string& node, int game, const std::string& message);

  /// For scripted players, who talk to all nodes.
  minotaur::scripted_play_options players(std::size_t games) const;

  cluster_process nodes;

private:
  /// The sessions, as the node lists them; none if it does not answer.
  nlohmann::json listed_by(const std::string& node);

  int files_ = 0;
};

} // namespace ariadne::test
