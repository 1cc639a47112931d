#include "actors/internal/service_standing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ariadne {

bool service_standing::judge(const std::vector<peer_standing>& others, time_point now) {
  std::vector<std::string> at_odds;
  for (const auto& other : others)
    if (other.is_at_odds)
      at_odds.push_back(fmt::format("{} ({})", other.node, other.reason));
  const auto was_in_service = is_in_service();
  if (2 * at_odds.size() <= others.size() + 1) {
    at_odds_since_.reset();
    reason_.clear();
    return !was_in_service;
  }
  if (!at_odds_since_)
    at_odds_since_ = now;
  if (now - *at_odds_since_ < patience)
    return false;
  reason_ =
    fmt::format("it is at odds with {} of {} other nodes: {}", at_odds.size(), others.size(), fmt::join(at_odds, ", "));
  return was_in_service;
}

} // namespace ariadne
