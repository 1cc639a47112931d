#pragma once

#include "app/minotaur/game.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

// What players and a game say to each other: lines of text, so that they can be typed, too.

namespace ariadne::minotaur {

/// `show`: the game in words, see `describe`.
struct show_request {
  friend bool operator==(const show_request&, const show_request&) = default;
};

/// `state`: the game as an encoded snapshot, for programs.
struct state_request {
  friend bool operator==(const state_request&, const state_request&) = default;
};

/// `act PLAYER move|attack Q R [TURN]`: what a player does at the end of this round. Players who number their turns
/// count from 1; 0 stands for none.
struct act_request {
  std::string player;
  action wanted;
  std::uint64_t turn = 0;
  friend bool operator==(const act_request&, const act_request&) = default;
};

using game_request = std::variant<show_request, state_request, act_request>;

std::string to_string(const act_request& request);

/// Nothing if the line is none of the requests.
std::optional<game_request> parse_game_request(const std::string& line);

/// What a game answers to an action that it has taken up: `round 5, after turn 16, in epoch 3`.
struct act_receipt {
  /// At whose end the action is due.
  std::uint64_t round = 0;
  /// The player's last turn before this one; 0 if there was none.
  std::uint64_t turn_before = 0;
  /// That of the session: greater each time that a node takes it over.
  std::uint64_t epoch = 0;
  friend bool operator==(const act_receipt&, const act_receipt&) = default;
};

std::string to_string(const act_receipt& receipt);
std::optional<act_receipt> parse_act_receipt(const std::string& line);

} // namespace ariadne::minotaur
