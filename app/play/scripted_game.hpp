#pragma once

#include "app/play/game_ledger.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ariadne::minotaur {

/// All players of one game, as clients who take turns: a state machine without I/O. It says what is to be sent next,
/// one message at a time, and is told what has become of it.
class scripted_game {
public:
  using time_point = game_ledger::time_point;

  /// What to say to the game now: what the next player does by its script, or, before the game has been shown and
  /// whenever a new round has begun, that it be shown.
  std::string next_message(time_point now);

  /// That the game be shown, whatever the next move were.
  std::string next_question(time_point now);

  /// What has become of the last message. Each is to be told of one of these.
  void is_shown(game_v1 state, time_point now);
  /// The answer to a move. Answers false if it is none; then it counts as unanswered.
  bool is_answered(const std::string& answer, time_point now);
  void is_refused(time_point now);
  void is_undelivered();
  void is_unanswered();

  /// Whether the last message was a question.
  bool is_asking() const {
    return !moving_;
  }

  /// Since the last time.
  game_tally take_tally() {
    return ledger_.take_tally();
  }

private:
  game_ledger ledger_;
  /// None if it is to be asked for.
  std::optional<game_v1> state_;
  /// Whose turn it is.
  std::string next_player_;
  /// The player whose move is on its way.
  std::optional<std::string> moving_;
};

} // namespace ariadne::minotaur
