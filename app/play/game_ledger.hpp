#pragma once

#include "app/minotaur/game.hpp"
#include "app/minotaur/game_message.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace ariadne::minotaur {

/// What one game has seen in some time, as those who play it from outside can tell.
struct game_tally {
  std::uint64_t rounds = 0;
  std::uint64_t moves_sent = 0;
  /// The game has said that it has taken them up.
  std::uint64_t moves_acknowledged = 0;
  /// The game has said that it has not, or a node that they have not reached the game.
  std::uint64_t moves_refused = 0;
  /// Nobody has said whether they have arrived.
  std::uint64_t moves_unanswered = 0;
  /// Acknowledged, and not part of the game any more.
  std::uint64_t moves_lost = 0;
  /// The oldest move that was lost was due so many rounds before the latest one that was known then. The game is
  /// checkpointed at the end of each round, so it is 0, or 1 if the last checkpoint was on its way.
  std::uint64_t loss_rounds = 0;
  /// Messages that the game got twice, and answers from one that should have stopped.
  std::uint64_t duplicates = 0;
  /// The longest time from a question to the next answer, whoever was asked.
  std::chrono::microseconds longest_gap{0};
};

/// The book that the players of one game keep of what they send and what comes back: one message at a time, each player
/// with its own turns, and nobody else plays.
class game_ledger {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The next turn of the player.
  std::uint64_t next_turn(const std::string& player) const;

  /// A message is on its way: a move, or a question for the state.
  void sends_move(const std::string& player, time_point now);
  void asks(time_point now);

  /// What has become of the last message. The game as it is; the move as the game has taken it up; the game has refused
  /// the move.
  void is_shown(const game_v1& state, time_point now);
  void is_acknowledged(const std::string& player, const act_receipt& receipt, time_point now);
  void is_refused(time_point now);
  /// Somebody has said that the move has not reached the game; or nobody has said anything.
  void is_undelivered();
  void is_unanswered();

  /// Since the last time.
  game_tally take_tally();

  /// The latest that is known; 0 before the game has been shown.
  std::uint64_t round() const {
    return round_;
  }

private:
  struct player_turns {
    std::uint64_t last_sent = 0;
    /// Those that are acknowledged, and may still turn out to be lost, with their rounds.
    std::map<std::uint64_t, std::uint64_t> acknowledged;
    std::uint64_t repeats = 0;
  };

  void is_answered(time_point now);
  /// The game knows of the player's turns up to this one.
  void confirm(player_turns& turns, std::uint64_t last);
  void see_round(std::uint64_t round);

  std::map<std::string, player_turns> players_;
  std::uint64_t round_ = 0;
  std::uint64_t epoch_ = 0;
  /// When the first message was sent that nobody has answered; none, if there is none.
  std::optional<time_point> waiting_since_;
  game_tally tally_;
};

} // namespace ariadne::minotaur
