#include "app/play/play_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace ariadne::minotaur {

namespace {

/// The greatest of the least `share` of the values; 0 if there is none.
std::chrono::microseconds quantile(std::vector<std::chrono::microseconds> values, double share) {
  if (values.empty())
    return {};
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::string in_ms(std::chrono::microseconds time) {
  return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1'000);
}

struct table_row {
  std::string_view label;
  std::function<std::string(const play_part&)> value;
};

table_row count_row(std::string_view label, std::uint64_t game_tally::*count) {
  return {label, [count](const play_part& part) { return std::to_string(part.sum.*count); }};
}

} // namespace

void add(play_part& part, const game_tally& tally) {
  auto& sum = part.sum;
  sum.rounds += tally.rounds;
  sum.moves_sent += tally.moves_sent;
  sum.moves_acknowledged += tally.moves_acknowledged;
  sum.moves_refused += tally.moves_refused;
  sum.moves_unanswered += tally.moves_unanswered;
  sum.moves_lost += tally.moves_lost;
  sum.loss_rounds = std::max(sum.loss_rounds, tally.loss_rounds);
  sum.duplicates += tally.duplicates;
  sum.longest_gap = std::max(sum.longest_gap, tally.longest_gap);
  part.gaps.push_back(tally.longest_gap);
}

std::vector<std::string> broken_promises(const play_part& part) {
  std::vector<std::string> result;
  if (part.games_lost > 0)
    result.push_back(fmt::format("{}: {} games do not answer", part.name, part.games_lost));
  if (part.sum.moves_lost > 0 && part.what == disturbance::drain)
    result.push_back(fmt::format("{}: {} moves were lost although no node was killed", part.name, part.sum.moves_lost));
  if (part.sum.loss_rounds > 1)
    result.push_back(
      fmt::format("{}: a move was lost {} rounds later, past a checkpoint", part.name, part.sum.loss_rounds));
  if (part.sum.duplicates > 0)
    result.push_back(fmt::format("{}: {} duplicates", part.name, part.sum.duplicates));
  return result;
}

std::string to_table(const std::vector<play_part>& parts) {
  const std::vector<table_row> rows{
    {"", [](const play_part& part) { return part.name; }},
    {"games", [](const play_part& part) { return std::to_string(part.games); }},
    {"games lost", [](const play_part& part) { return std::to_string(part.games_lost); }},
    count_row("rounds played", &game_tally::rounds),
    count_row("moves sent", &game_tally::moves_sent),
    count_row("  acknowledged", &game_tally::moves_acknowledged),
    count_row("  refused", &game_tally::moves_refused),
    count_row("  unanswered", &game_tally::moves_unanswered),
    count_row("moves lost", &game_tally::moves_lost),
    {"longest gap, half of the games", [](const play_part& part) { return in_ms(quantile(part.gaps, 0.5)); }},
    {"longest gap, 99 % of the games", [](const play_part& part) { return in_ms(quantile(part.gaps, 0.99)); }},
    {"longest gap", [](const play_part& part) { return in_ms(part.sum.longest_gap); }},
    count_row("duplicates", &game_tally::duplicates),
  };
  std::size_t label_width = 0;
  for (const auto& row : rows)
    label_width = std::max(label_width, row.label.size());
  std::vector<std::size_t> widths(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const auto& row : rows)
      widths[i] = std::max(widths[i], row.value(parts[i]).size());
  std::string text;
  for (const auto& row : rows) {
    text += fmt::format("{:<{}}", row.label, label_width);
    for (std::size_t i = 0; i < parts.size(); ++i)
      text += fmt::format("  {:>{}}", row.value(parts[i]), widths[i]);
    text += '\n';
  }
  return text;
}

} // namespace ariadne::minotaur
