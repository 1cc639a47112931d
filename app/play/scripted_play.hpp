#pragma once

#include "actors/endpoint.hpp"
#include "actors/network_security.hpp"
#include "app/play/play_report.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::minotaur {

struct scripted_play_options {
  /// The nodes that players talk to, each message to another one of those that are up.
  std::vector<endpoint> nodes;
  network_security security = {};
  std::size_t games = 200;
  /// From an answer of a game to the next message to it.
  std::chrono::milliseconds pause{50};
  /// How long a node may keep a message that it cannot deliver.
  std::chrono::milliseconds patience{5'000};
};

/// Scripted players of many games, as clients of a cluster whose nodes come and go: they connect to each node again
/// whenever it is back. The games are those with the ids 1, 2, 3 and so on; nobody else may play them meanwhile.
///
/// Its functions are for one thread. They block, but for about twice the patience at most.
class scripted_play {
public:
  explicit scripted_play(scripted_play_options options);
  /// The games go on without players.
  ~scripted_play();

  scripted_play(const scripted_play&) = delete;
  scripted_play& operator=(const scripted_play&) = delete;

  /// Starts the games that do not run, looks at all of them, and begins to play. The error is why not all of them run,
  /// one sentence without final stop.
  tl::expected<void, std::string> begin();

  /// Lets players wait for what is on its way, looks at all games, and answers what has happened since the beginning or
  /// the last time. Then the play goes on.
  play_part end_part(std::string name, disturbance what);

  /// Ends all games. Answers how many have ended.
  std::size_t end_games();

private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace ariadne::minotaur
