#include "app/minotaur/game_message.hpp"

#include <fmt/format.h>

#include <sstream>

namespace ariadne::minotaur {

namespace {

bool is_at_end(std::istringstream& words) {
  words >> std::ws;
  return words.eof();
}

std::optional<game_request> parse_act(std::istringstream& words) {
  act_request result;
  std::string kind;
  words >> result.player >> kind >> result.wanted.target.q >> result.wanted.target.r;
  if (!words || (kind != "move" && kind != "attack"))
    return std::nullopt;
  result.wanted.kind = kind == "move" ? action_kind::move : action_kind::attack;
  if (is_at_end(words))
    return result;
  // A negative number would be read as a great one.
  if (words.peek() == '-' || !(words >> result.turn) || result.turn == 0 || !is_at_end(words))
    return std::nullopt;
  return result;
}

} // namespace

std::string to_string(const act_request& request) {
  const auto& [player, wanted, turn] = request;
  return fmt::format("act {} {} {} {}{}", player, wanted.kind == action_kind::move ? "move" : "attack", wanted.target.q,
                     wanted.target.r, turn == 0 ? std::string{} : fmt::format(" {}", turn));
}

std::optional<game_request> parse_game_request(const std::string& line) {
  std::istringstream words{line};
  std::string what;
  words >> what;
  if (what == "act")
    return parse_act(words);
  if (!is_at_end(words))
    return std::nullopt;
  if (what == "show")
    return show_request{};
  if (what == "state")
    return state_request{};
  return std::nullopt;
}

std::string to_string(const act_receipt& receipt) {
  return fmt::format("round {}, after turn {}, in epoch {}", receipt.round, receipt.turn_before, receipt.epoch);
}

std::optional<act_receipt> parse_act_receipt(const std::string& line) {
  std::istringstream words{line};
  act_receipt result;
  std::string round, after, turn, in, epoch;
  char comma = 0;
  words >> round >> result.round >> comma >> after >> turn >> result.turn_before >> comma >> in >> epoch
    >> result.epoch;
  if (!words || to_string(result) != line)
    return std::nullopt;
  return result;
}

} // namespace ariadne::minotaur
