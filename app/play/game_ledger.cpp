#include "app/play/game_ledger.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::minotaur {

std::uint64_t game_ledger::next_turn(const std::string& player) const {
  const auto found = players_.find(player);
  return found == players_.end() ? 1 : found->second.last_sent + 1;
}

void game_ledger::sends_move(const std::string& player, time_point now) {
  ++players_[player].last_sent;
  ++tally_.moves_sent;
  asks(now);
}

void game_ledger::asks(time_point now) {
  if (!waiting_since_)
    waiting_since_ = now;
}

void game_ledger::is_shown(const game_v1& state, time_point now) {
  is_answered(now);
  const auto is_first = round_ == 0;
  for (const auto& [name, turns] : state.turns) {
    auto& known = players_[name];
    known.last_sent = std::max(known.last_sent, turns.last);
    // It may have fallen, if the game has gone on from a checkpoint.
    if (turns.repeats > known.repeats && !is_first)
      tally_.duplicates += turns.repeats - known.repeats;
    known.repeats = turns.repeats;
  }
  for (auto& [name, known] : players_) {
    const auto turns = state.turns.find(name);
    confirm(known, turns == state.turns.end() ? 0 : turns->second.last);
  }
  see_round(state.round);
}

void game_ledger::is_acknowledged(const std::string& player, const act_receipt& receipt, time_point now) {
  is_answered(now);
  ++tally_.moves_acknowledged;
  // An earlier message has been answered by a later owner.
  if (receipt.epoch < epoch_)
    ++tally_.duplicates;
  epoch_ = std::max(epoch_, receipt.epoch);
  auto& turns = players_[player];
  confirm(turns, receipt.turn_before);
  turns.acknowledged[turns.last_sent] = receipt.round;
  see_round(receipt.round);
}

void game_ledger::is_refused(time_point now) {
  is_answered(now);
  ++tally_.moves_refused;
}

void game_ledger::is_undelivered() {
  ++tally_.moves_refused;
}

void game_ledger::is_unanswered() {
  ++tally_.moves_unanswered;
}

game_tally game_ledger::take_tally() {
  return std::exchange(tally_, {});
}

void game_ledger::is_answered(time_point now) {
  if (const auto since = std::exchange(waiting_since_, std::nullopt))
    tally_.longest_gap =
      std::max(tally_.longest_gap, std::chrono::duration_cast<std::chrono::microseconds>(now - *since));
}

void game_ledger::confirm(player_turns& turns, std::uint64_t last) {
  for (const auto& [turn, round] : turns.acknowledged)
    if (turn > last) {
      ++tally_.moves_lost;
      tally_.loss_rounds = std::max(tally_.loss_rounds, round_ - round);
    }
  turns.acknowledged.clear();
}

void game_ledger::see_round(std::uint64_t round) {
  if (round_ > 0 && round > round_)
    tally_.rounds += round - round_;
  round_ = std::max(round_, round);
}

} // namespace ariadne::minotaur
