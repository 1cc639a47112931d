#include "app/play/scripted_game.hpp"

#include <utility>

namespace ariadne::minotaur {

std::string scripted_game::next_message(time_point now) {
  if (!state_ || state_->players.empty())
    return next_question(now);
  auto player = state_->players.lower_bound(next_player_);
  if (player == state_->players.end())
    player = state_->players.begin();
  const auto& name = player->first;
  const auto wanted = scripted_action(*state_, name);
  const auto after = std::next(player);
  next_player_ = after == state_->players.end() ? std::string{} : after->first;
  // One who cannot move at all.
  if (!wanted)
    return next_question(now);
  moving_ = name;
  const act_request request{name, *wanted, ledger_.next_turn(name)};
  ledger_.sends_move(name, now);
  return to_string(request);
}

std::string scripted_game::next_question(time_point now) {
  moving_.reset();
  ledger_.asks(now);
  return "state";
}

void scripted_game::is_shown(game_v1 state, time_point now) {
  ledger_.is_shown(state, now);
  state_ = std::move(state);
}

bool scripted_game::is_answered(const std::string& answer, time_point now) {
  const auto receipt = parse_act_receipt(answer);
  if (!receipt || !moving_) {
    is_unanswered();
    return false;
  }
  ledger_.is_acknowledged(*moving_, *receipt, now);
  if (receipt->round != state_->round)
    state_.reset();
  return true;
}

void scripted_game::is_refused(time_point now) {
  // The game is not as it was thought to be.
  state_.reset();
  if (moving_)
    ledger_.is_refused(now);
}

void scripted_game::is_undelivered() {
  if (moving_)
    ledger_.is_undelivered();
}

void scripted_game::is_unanswered() {
  if (moving_)
    ledger_.is_unanswered();
}

} // namespace ariadne::minotaur
